"""Mail of a company as evidence: raw bytes, DKIM, grades, the case a mail names (docs/spec/mail.md)."""

MAIL_TYPE = "message/rfc822"
CAPTURE_TYPE = "application/vnd.habeas.dns-capture+json"
