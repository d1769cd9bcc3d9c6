"""The signed examples that RFC 6376 and RFC 8463 print: keys, mails and signatures as published there.

RFC 6376, appendix A.2, is printed with two errors that break its signature: two spaces in "game.  Are"
(erratum 3192) and another indentation of the folded lines (erratum 4926). It stands here as corrected.
"""

from __future__ import annotations

from tools.vectors.writing import Cases

_HEADER = (
    "From: Joe SixPack <joe@football.example.com>\r\n"
    "To: Suzie Q <suzie@shopping.example.net>\r\n"
    "Subject: Is dinner ready?\r\n"
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
)
_BODY = "\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
_ED25519 = (
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
    " subject : date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
)
_RSA = (
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
    " d=football.example.com; i=@football.example.com;\r\n"
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
    " date : message-id : from : subject : date;\r\n"
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
    " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
)
_ED25519_RECORD = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
_RSA_RECORD = (
    "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
    "iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
    "DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
    "Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
_6376 = (
    "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n"
    "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n"
    "      h=Received : From : To : Subject : Date : Message-ID;\r\n"
    "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
    "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n"
    "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n"
    "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n"
    "      4bmp/YzhwvcubU4=;\r\n"
    "Received: from client1.football.example.com  [192.0.2.1]\r\n"
    "      by submitserver.example.com with SUBMISSION;\r\n"
    "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n"
)
_6376_RECORD = (
    "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi"
    "tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)
_AT = "2018-06-11T00:00:00Z"


def write(cases: Cases) -> None:
    joined = _ED25519 + _RSA + _HEADER + _BODY
    old = _6376 + _HEADER + _BODY.replace("game.  Are", "game. Are")
    rows = (
        ("rfc8463-a3-ed25519", joined, 0, _ED25519_RECORD, "football.example.com", "brisbane", "ed25519-sha256"),
        ("rfc8463-a3-rsa", joined, 1, _RSA_RECORD, "football.example.com", "test", "rsa-sha256"),
        ("rfc6376-a2", old, 0, _6376_RECORD, "example.com", "brisbane", "rsa-sha256"),
    )
    for name, mail, number, record, domain, selector, algorithm in rows:
        given = {"mail": mail, "number": number, "record": record, "at": _AT}
        ok = {"domain": domain, "selector": selector, "algorithm": algorithm, "expired": False, "early": False}
        cases.good(f"verify-{name}", "mail.verify", given, ok, "as published")
        given = {**given, "mail": mail.replace("hungry", "angry")}
        cases.bad(f"verify-refuse-{name}", "mail.verify", given, "VerificationMail", "one word changed")
    printed = {"mail": _6376 + _HEADER + _BODY, "number": 0, "record": _6376_RECORD, "at": _AT}
    cases.bad("verify-refuse-rfc6376-a2-as-printed", "mail.verify", printed, "VerificationMail", "erratum 3192")
    keys = [
        {"domain": domain, "selector": selector, "status": "found", "record": record, "origin": "quorum"}
        for _, _, _, record, domain, selector, _ in rows[:2]
    ]
    given = {"mail": joined, "domains": ["football.example.com"], "keys": keys, "at": _AT}
    ok = {
        "result": "grade_b",
        "reasons": ["content_type_unsigned", "over_signed"],
        "signatures": [
            ["grade_b", "content_type_unsigned", "over_signed"],
            ["grade_b", "content_type_unsigned", "key_1024", "over_signed"],
        ],
        "aligned": True,
        "signed_length": None,
        "unsigned_headers": [],
        "key": "brisbane._domainkey.football.example.com ed25519-sha256 256",
        "arc": [],
    }
    cases.good("grade-b-rfc8463-a3", "mail.grade", given, ok, "both signatures of RFC 8463, appendix A.3")
