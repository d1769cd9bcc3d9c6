"""Bounces: the company's mail system signs that the request did *not* arrive, and quotes its case."""

from __future__ import annotations

from tools.vectors._mail_grades import GOOD, RSA, Grades
from tools.vectors._mail_signing import ALL, By, mail, sign
from tools.vectors.writing import Cases


def write(cases: Cases) -> None:
    grades = Grades(cases)
    _reports(grades)
    _parts(grades)
    _no_reports(grades)


def _reports(grades: Grades) -> None:
    by_type = {
        "type": 'Multipart/Report; boundary="b1"',
        "type-status": "message/delivery-status",
        "type-behind-a-comment": "(x) message/global-disposition-notification",
        "type-headers": "text/rfc822-headers; charset=us-ascii",
    }
    by_sender = {
        "mailer-daemon": "MAILER-DAEMON@shop.example",
        "mailer_daemon": "Mailer_Daemon@shop.example",
        "mdaemon": "MDaemon@shop.example",
        "postmaster": "Mail system <postmaster@shop.example>",
        "postmaster-quoted": '"postmaster"@shop.example',
        "postmaster-escaped": 'Mail system <"post\\master"@shop.example>',
        "postmaster-tagged": "postmaster+x@shop.example",
        "bounce": "bounce@shop.example",
        "bounces-of-one": "bounces-7=kim=mail.example@shop.example",
        "exchange": "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@shop.example",
    }
    by_subject = {
        "subject": "Undeliverable: access request",
        "subject-encoded": "=?utf-8?q?Undelivered_Mail?= Returned to Sender",
        "subject-status": "Delivery Status Notification (Failure)",
        "subject-returned": "Returned mail: see transcript for details",
        "subject-failed": "Mail delivery failed: returning message to sender",
    }
    every = [(by_type, "Content_Type"), (by_sender, "From"), (by_subject, "Subject")]
    for rows, field in every:
        for name, value in rows.items():
            message = sign(mail(**{field: value}), GOOD)
            grades.add(f"grade-d-report-{name}", "it may say that nothing arrived", message, GOOD, "grade_d",
                       ["report"])  # fmt: skip
    for name, fields in {
        "recipients": {"X_Failed_Recipients": "dpo@shop.example"},
        "auto": {"Auto_Submitted": "auto-generated (delivery report)"},
        "auto-folded": {"Auto_Submitted": "Auto-Generated\r\n (delivery\r\n\tREPORT)"},
        "auto-failure": {"Auto_Submitted": "auto-generated (failure)"},
    }.items():
        [field] = fields
        grades.add(f"grade-d-report-{name}", "it may say that nothing arrived", sign(mail(**fields), GOOD), GOOD,
                   "grade_d", ["report"], unsigned_headers=[field.lower().replace("_", "-")])  # fmt: skip


def _parts(grades: Grades) -> None:
    def status(kind: str) -> str:
        return (
            f"--b1\r\nContent-Type: text/plain\r\n\r\nUser unknown.\r\n--b1\r\nContent-Type:{kind}\r\n\r\n"
            "Final-Recipient: rfc822; dpo@shop.example\r\nAction: failed\r\n--b1--\r\n"
        )

    for name, kind in {
        "part": " message/delivery-status",
        "part-global": " message/global-delivery-status; x=y",
        "part-global-disposition": "\r\n\tMessage/Global-Disposition-Notification",
        "part-feedback": "message/feedback-report",
        "part-headers": " text/rfc822-headers",
        "part-behind-a-comment": " (x) message/delivery-status",
    }.items():
        message = sign(mail(status(kind), Content_Type='multipart/mixed; boundary="b1"'), GOOD)
        grades.add(f"grade-d-report-{name}", "it may say that nothing arrived", message, GOOD, "grade_d", ["report"])
    unsigned = By(RSA, "s2048", headers=ALL[:-1])
    kind = 'multipart/report; report-type=delivery-status; boundary="b1"'
    body = status(" message/delivery-status")
    message = sign(mail(body, Content_Type=kind), unsigned).replace(f"Content-Type: {kind}\r\n", "")
    grades.add("grade-d-report-without-type", "the type was unsigned and left out; its parts remain", message,
               unsigned, "grade_d", ["report", "content_type_unsigned_parts"])  # fmt: skip


def _no_reports(grades: Grades) -> None:
    for name, fields in {
        "replied": {"Auto_Submitted": "auto-replied (vacation)"},
        "generated": {"Auto_Submitted": "auto-generated"},
        "reporting": {"Auto_Submitted": "auto-generated (reporting)"},
    }.items():
        grades.add(f"grade-a-automatic-{name}", "no report: it reached a mail system", sign(mail(**fields), GOOD), GOOD,
                   "grade_a", unsigned_headers=["auto-submitted"])  # fmt: skip
    parts = "--b1\r\nContent-Type: message/delivery-statuses\r\n\r\nx\r\n--b1--\r\n"
    for name, body, fields in (
        ("not-postmaster", "x\r\n", {"From": "not.postmaster@shop.example"}),
        ("postmaster-in-name", "x\r\n", {"From": '"postmaster@shop.example" <privacy@shop.example>'}),
        ("postmaster-in-comment", "x\r\n", {"From": "privacy@shop.example (for postmaster@shop.example)"}),
        ("bouncer", "x\r\n", {"From": "bouncer@shop.example"}),
        ("reply-to-a-report", "x\r\n", {"Subject": "Re: Undeliverable: access request"}),
        ("report-x", "x\r\n", {"Content_Type": "multipart/report-x; boundary=b1"}),
        ("part-of-another-type", parts, {"Content_Type": "multipart/mixed; boundary=b1"}),
        ("type-in-a-line", "The Content-Type: message/delivery-status\r\n", {}),
    ):
        grades.add(f"grade-a-automatic-{name}", "no report", sign(mail(body, **fields), GOOD), GOOD, "grade_a")
