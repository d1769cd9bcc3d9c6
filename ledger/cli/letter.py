"""``habeas letter``: the letter to the company, in English or Korean. No law is cited in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.casefile import CaseFile, Letter
from ledger.cli.output import DEFAULT_FOLDER, CaseId, Folder, Language, new_app, note, print_lines
from ledger.encoding import encode_hex, parse_date
from ledger.errors import MalformedRequest
from ledger.words import pick

app = new_app()

TITLE: Mapping[str, tuple[str, str]] = {
    "access": ("Request for a copy of my personal data", "개인정보 열람 요구"),
    "portability": ("Request to receive my data in a usable format", "개인정보 전송 요구"),
    "rectification": ("Request to correct my personal data", "개인정보 정정 요구"),
    "erasure": ("Request to erase my personal data", "개인정보 삭제 요구"),
    "restriction": ("Request to restrict the use of my personal data", "개인정보 처리정지 요구"),
    "objection": ("Objection to the use of my personal data", "개인정보 처리에 대한 이의"),
    "automated_decision": ("Request about an automated decision", "자동화된 결정에 관한 요구"),
    "opt_out": ("Request to stop selling and sharing my data", "개인정보 판매·공유 중단 요구"),
    "transfer": ("Request to transfer my data", "개인정보 제3자 전송 요구"),
    "switching": ("Request to switch to another provider", "서비스 제공자 변경 요구"),
    "statement_of_reasons": ("Request for the reasons of a decision", "조치 사유의 설명 요구"),
    "internal_complaint": ("Complaint against a decision", "조치에 대한 이의 신청"),
    "account_restoration": ("Request to restore my account", "계정 복구 요구"),
    "compensation": ("Request for compensation", "손해 배상 요구"),
}
REQUEST: Mapping[str, tuple[str, str]] = {
    "access": (
        "I ask for a copy of all personal data that you hold about me, and to know what you use it for, where you "
        "have it from, to whom you have given it and how long you keep it.",
        "귀사가 보유하고 있는 저의 개인정보 전부의 사본을 보내 주시고, 이용 목적, 수집 출처, 제공받은 자, 보유 기간을 "
        "알려 주시기 바랍니다.",
    ),
    "portability": (
        "I ask for the data that I have given you, in a common format that a program can read.",
        "제가 제공한 개인정보를 프로그램으로 읽을 수 있는 일반적인 형식으로 보내 주시기 바랍니다.",
    ),
    "rectification": (
        "I ask you to correct what is wrong in the data that you hold about me; it is listed on the enclosed sheet.",
        "귀사가 보유한 저의 개인정보 가운데 잘못된 부분을 고쳐 주시기 바랍니다. 내용은 별지와 같습니다.",
    ),
    "erasure": (
        "I ask you to erase the personal data that you hold about me, after you have sent me a copy of it.",
        "귀사가 보유한 저의 개인정보의 사본을 먼저 보내 주신 다음 이를 삭제해 주시기 바랍니다.",
    ),
    "restriction": (
        "I ask you to stop using the personal data that you hold about me, and to keep it unchanged.",
        "귀사가 보유한 저의 개인정보의 처리를 정지하고 그대로 보존해 주시기 바랍니다.",
    ),
    "objection": (
        "I object to your use of my personal data; the use is named on the enclosed sheet.",
        "저의 개인정보 처리에 이의를 제기합니다. 대상이 되는 처리는 별지와 같습니다.",
    ),
    "automated_decision": (
        "I ask to know how the automated decision named on the enclosed sheet was made, and that a person looks at it.",
        "별지에 적은 자동화된 결정이 어떻게 내려졌는지 설명해 주시고, 사람이 다시 검토해 주시기 바랍니다.",
    ),
    "opt_out": (
        "I ask you not to sell my personal data and not to share it for advertising.",
        "저의 개인정보를 판매하거나 광고 목적으로 공유하지 말아 주시기 바랍니다.",
    ),
    "transfer": (
        "I ask you to send my data to the recipient named on the enclosed sheet.",
        "저의 개인정보를 별지에 적은 곳으로 전송해 주시기 바랍니다.",
    ),
    "switching": (
        "I ask you to carry out the switch to the provider named on the enclosed sheet, and to hand over my data.",
        "별지에 적은 제공자로 옮길 수 있도록 절차를 진행하고 저의 데이터를 넘겨주시기 바랍니다.",
    ),
    "statement_of_reasons": (
        "I ask for the reasons of the decision that is named on the enclosed sheet.",
        "별지에 적은 조치의 사유를 구체적으로 알려 주시기 바랍니다.",
    ),
    "internal_complaint": (
        "I ask you to look again at the decision that is named on the enclosed sheet.",
        "별지에 적은 조치를 다시 검토해 주시기 바랍니다.",
    ),
    "account_restoration": (
        "I ask you to give me back the use of my account, and until then not to delete anything that is in it.",
        "제 계정을 다시 이용할 수 있게 해 주시고, 그때까지 계정 안의 자료를 삭제하지 말아 주시기 바랍니다.",
    ),
    "compensation": (
        "I ask you to make good the loss that is listed on the enclosed sheet.",
        "별지에 적은 손해를 배상해 주시기 바랍니다.",
    ),
}


def write_letter(case: CaseFile, right: str, language: Language, on: date) -> str:
    """The letter's text, with its subject in the first line. Raises MalformedRequest for an unknown right."""
    if right not in TITLE:
        raise MalformedRequest(f"--right must be one of {', '.join(TITLE)}")
    template = files("ledger").joinpath(f"data/letters/{language.value}.txt").read_text("utf-8")
    return template.format(
        right_title=pick(TITLE[right], language.value),
        right_request=pick(REQUEST[right], language.value),
        case=encode_hex(case.case),
        company=case.company,
        ledger=case.ledger,
        api=case.api,
        date=on.isoformat(),
    )


@app.command()
def letter(
    lang: Annotated[Language, typer.Option(help="Language of the letter.")] = Language.en,
    right: Annotated[str, typer.Option(help="What you ask for; the same word as in say request.sent.")] = "access",
    on: Annotated[str | None, typer.Option(metavar="DATE", help="Date of the letter; today if left out.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a new file, not to the screen.")] = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Write the letter to the company. It stays in your case file and is never sent by this program.

    The case id stands in its subject and its body, so that the answer can be matched with the record.
    """
    from ledger.cli.casefolder import update
    from ledger.cli.cases import find_case
    from ledger.cli.files import check_new, write_new

    if out is not None:
        check_new(out)  # before the letter is kept
    found = find_case(folder, case)
    day = parse_date(on, MalformedRequest, "--on") if on else datetime.now(UTC).astimezone().date()
    text = write_letter(found, right, lang, day)
    update(folder, found.case, lambda held: held.add_letter(Letter(day, lang.value, text)))
    if out is None:
        print_lines(text)
    else:
        write_new(out, text.encode("utf-8"))
        note(f"{out} is written. Fill in your name and where you want the answer.")
