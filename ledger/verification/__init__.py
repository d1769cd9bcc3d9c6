"""The numbered verification of a bundle (docs/spec/assessment.md, "Verification").

Rooms: ``procedure`` (the steps in their order), ``checks`` (a check and its three outcomes), ``completeness`` and
``silence`` (steps 8 and 9: nothing of a list is missing, or what is), ``mails`` (step 10), ``stamps`` (step 11),
``parties`` (who a key stands for), ``observed`` (what a verifier saw on the chain itself).
"""
