"""The disclosures that RFC 9901 prints, with their published digests."""

from __future__ import annotations

# RFC 9901: encoded text, published digest, [salt, name, value] and the section that prints them.
RFC = {
    "rfc-section-4-2-1-moebius": (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
        "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
        ("_26bc4LT-ac6q2KI6cBW5es", "family_name", "Möbius"),
    ),
    "rfc-section-5-1-given-name": (
        "WyIyR0xDNDJzS1F2ZUNmR2ZyeU5STjl3IiwgImdpdmVuX25hbWUiLCAiSm9obiJd",
        "jsu9yVulwQQlhFlM_3JlzMaSFzglhQG0DpfayQwLUK4",
        ("2GLC42sKQveCfGfryNRN9w", "given_name", "John"),
    ),
    "rfc-section-5-1-family-name": (
        "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImZhbWlseV9uYW1lIiwgIkRvZSJd",
        "TGf4oLbgwd5JQaHyKVQZU9UdGE0w5rtDsrZzfUaomLo",
        ("eluV5Og3gSNII8EYnsxA_A", "family_name", "Doe"),
    ),
    "rfc-section-5-1-email": (
        "WyI2SWo3dE0tYTVpVlBHYm9TNXRtdlZBIiwgImVtYWlsIiwgImpvaG5kb2VAZXhhbXBsZS5jb20iXQ",
        "JzYjH4svliH0R3PyEMfeZu6Jt69u5qehZo7F7EPYlSE",
        ("6Ij7tM-a5iVPGboS5tmvVA", "email", "johndoe@example.com"),
    ),
    "rfc-section-5-1-phone-number": (
        "WyJlSThaV205UW5LUHBOUGVOZW5IZGhRIiwgInBob25lX251bWJlciIsICIrMS0yMDItNTU1LTAxMDEiXQ",
        "PorFbpKuVu6xymJagvkFsFXAbRoc2JGlAUA2BA4o7cI",
        ("eI8ZWm9QnKPpNPeNenHdhQ", "phone_number", "+1-202-555-0101"),
    ),
    "rfc-section-5-1-birthdate": (
        "WyJQYzMzSk0yTGNoY1VfbEhnZ3ZfdWZRIiwgImJpcnRoZGF0ZSIsICIxOTQwLTAxLTAxIl0",
        "gbOsI4Edq2x2Kw-w5wPEzakob9hV1cRD0ATN3oQL9JM",
        ("Pc33JM2LchcU_lHggv_ufQ", "birthdate", "1940-01-01"),
    ),
    "rfc-section-6-2-locality": (
        "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImxvY2FsaXR5IiwgIlNjaHVscGZvcnRhIl0",
        "6vh9bq-zS4GKM_7GpggVbYzzu6oOGXrmNVGPHP75Ud0",
        ("eluV5Og3gSNII8EYnsxA_A", "locality", "Schulpforta"),
    ),
    "rfc-appendix-a-1-given-name-escaped": (
        "WyJlbHVWNU9nM2dTTklJOEVZbnN4QV9BIiwgImdpdmVuX25hbWUiLCAiXHU1OTJhXHU5MGNlIl0",
        "ommFAicVT8LGHCB0uywx7fYuo3MHYKO15cz-RZEYM5Q",
        ("eluV5Og3gSNII8EYnsxA_A", "given_name", "太郎"),
    ),
    "rfc-appendix-a-1-email-with-quotes": (
        "WyJlSThaV205UW5LUHBOUGVOZW5IZGhRIiwgImVtYWlsIiwgIlwidW51c3VhbCBlbWFpbCBhZGRyZXNzXCJAZXhhbXBsZS5qcCJd",
        "Kuet1yAa0HIQvYnOVd59hcViO9Ug6J2kSfqYRBeowvE",
        ("eI8ZWm9QnKPpNPeNenHdhQ", "email", '"unusual email address"@example.jp'),
    ),
}
# RFC 9901, section 4.2.1: other spellings of the same disclosure; each has a digest of its own.
SPELLINGS = {
    "rfc-section-4-2-1-escaped-umlaut": (
        "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNXHUwMGY2Yml1cyJd"
    ),
    "rfc-section-4-2-1-no-white-space": ("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsImZhbWlseV9uYW1lIiwiTcO2Yml1cyJd"),
    "rfc-section-4-2-1-line-ends": ("WwoiXzI2YmM0TFQtYWM2cTJLSTZjQlc1ZXMiLAoiZmFtaWx5X25hbWUiLAoiTcO2Yml1cyIKXQ"),
}
# RFC 9901, sections 4.2.2 and 5.1: a digest for each, but no value that a statement can carry.
OTHER_SHAPES = {
    "rfc-section-4-2-2-array-element": (
        "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0",
        "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs",
    ),
    "rfc-section-5-1-array-entry-us": (
        "WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIlVTIl0",
        "pFndjkZ_VCzmyTa6UjlZo3dh-ko8aIKQc9DlGzhaVYo",
    ),
    "rfc-section-5-1-boolean": (
        "WyJRZ19PNjR6cUF4ZTQxMmExMDhpcm9BIiwgInBob25lX251bWJlcl92ZXJpZmllZCIsIHRydWVd",
        "XQ_3kPKt1XyX7KANkqVR6yZ2Va5NrPIvPYbyMvRKBMM",
    ),
    "rfc-section-5-1-integer": (
        "WyJHMDJOU3JRZmpGWFE3SW8wOXN5YWpBIiwgInVwZGF0ZWRfYXQiLCAxNTcwMDAwMDAwXQ",
        "CrQe7S5kqBAHt-nMYXgc6bdt2SH5aTY1sU_M-PgkjPI",
    ),
    "rfc-section-5-1-address-object": (
        "WyJBSngtMDk1VlBycFR0TjRRTU9xUk9BIiwgImFkZHJlc3MiLCB7InN0cmVldF9hZGRyZXNzIjogIjEyMyBNYWluIFN0IiwgImxvY2Fs"
        "aXR5IjogIkFueXRvd24iLCAicmVnaW9uIjogIkFueXN0YXRlIiwgImNvdW50cnkiOiAiVVMifV0",
        "XzFrzwscM6Gn6CJDc6vVK8BkMnfG8vOSKfpPIZdAfdE",
    ),
}
