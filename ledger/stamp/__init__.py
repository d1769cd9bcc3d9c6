"""Time stamps of outside authorities over checkpoints, RFC 3161 (docs/spec/stamp.md).

Rooms: ``der`` (strict DER), ``token`` (what a token says), ``request`` (asking for one), ``verify`` (a stamp over a
checkpoint), ``authorities`` (whom a policy trusts). The step of ``habeas verify`` is ``ledger.verification.stamps``.
"""
