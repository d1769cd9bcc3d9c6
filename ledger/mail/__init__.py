"""Mail of a company as evidence: raw bytes, DKIM, grades, the case a mail names (docs/spec/mail.md)."""
