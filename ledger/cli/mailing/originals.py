"""How to get the original bytes of a message out of the usual mail services: the text, in two languages.

What is marked "not confirmed" was not seen in a source by those who wrote it.
"""

from __future__ import annotations

WHY = (
    "A forwarded text, a copied text, a screenshot or a printed PDF has lost the signature: it is your own word "
    "(self_stated), and nobody can check it. Take the original message as a file, straight from the mailbox that got "
    "it.",
    "전달한 글, 복사한 글, 화면 캡처, 인쇄한 PDF에는 서명이 남아 있지 않습니다. 요구인 자신의 "
    "말일 뿐(self_stated)이고 아무도 확인할 수 없습니다. 메일을 받은 메일함에서 원본을 파일로 받으십시오.",
)
NOT_CONFIRMED = ("not confirmed", "확인되지 않음")
KOREAN_NAMES = {
    "Gmail (web)": "Gmail(웹)",
    "Apple Mail (Mac)": "Apple Mail(Mac)",
    "Daum (Kakao) mail": "다음(카카오) 메일",
    "Outlook on the web, Outlook.com": "Outlook 웹, Outlook.com",
    "Naver mail": "네이버 메일",
    "Any service with IMAP": "IMAP을 쓰는 모든 서비스",
}
NO_ORIGINAL = (
    "{path} is no original message: {error}. {why} How: habeas mail original. To record it as your own word all the "
    "same: habeas say KIND --file FILE",
    "{path}은(는) 원본 메일이 아닙니다({error}). {why} 방법: habeas mail original --lang ko. 그래도 요구인 자신의 말로 "
    "기록하려면(화면 캡처 등): habeas say KIND --file 파일",
)
EMLX = (
    "{path} is a file out of Apple Mail's own folders (.emlx): a number stands before the message and a list after it, "
    "so it is no original as it lies. In Mail select the message, menu File, Save As, format Raw Message Source.",
    "{path}은(는) Apple Mail 앱 폴더의 파일(.emlx)입니다. 메일 앞에 숫자, 뒤에 목록이 붙어 있어 그대로는 원본이 "
    "아닙니다. 메일 앱에서 메일을 고르고 메뉴의 파일, 별도 저장, 포맷 'Raw Message Source'(원본)로 저장하십시오.",
)
# Service, what to do (English, Korean), whether it was seen in a source.
SERVICES: tuple[tuple[str, str, str, bool], ...] = (
    (
        "Gmail (web)",
        "Open the message, the three dots at its top right, Show original, Download original.",
        "메일을 열고 오른쪽 위 점 세 개, '원본 보기', '원본 다운로드'.",
        True,
    ),
    (
        "Thunderbird",
        "Select the message, then in the menu File, Save As, File: an .eml file.",
        "메일을 고르고 메뉴의 파일, 다른 이름으로 저장, 파일: .eml 파일.",
        True,
    ),
    (
        "Apple Mail (Mac)",
        "Select the message, then in the menu File, Save As, format Raw Message Source. Files .emlx out of its own "
        "folders are no originals as they lie: a number stands before the message, a list after it.",
        "메일을 고르고 메뉴의 파일, 별도 저장, 포맷 'Raw Message Source'(원본). 메일 앱 폴더 안의 .emlx 파일은 "
        "앞에 숫자, 뒤에 목록이 붙어 있어 그대로는 원본이 아닙니다.",
        True,
    ),
    (
        "Daum (Kakao) mail",
        "Open the message in a browser and choose the download of the original (원문 다운로드): an .eml file.",
        "브라우저에서 메일을 열고 '원문 다운로드': .eml 파일.",
        True,
    ),
    (
        "Outlook on the web, Outlook.com",
        "Open the message, the three dots, Download or Save as. It must be an .eml file: .msg files are written anew.",
        "메일을 열고 점 세 개, '다운로드' 또는 '다른 이름으로 저장'. .eml이어야 합니다. .msg 파일은 다시 쓴 것입니다.",
        False,
    ),
    (
        "Naver mail",
        "Open the message in a browser and look for saving it to the PC (PC 저장): an .eml file.",
        "브라우저에서 메일을 열고 'PC 저장': .eml 파일.",
        False,
    ),
    (
        "Any service with IMAP",
        "Fetch BODY[] with a program that writes the bytes as they come, into a Maildir: nothing is changed there.",
        "IMAP 프로그램으로 BODY[]를 받은 그대로 Maildir에 저장: 바이트가 바뀌지 않습니다.",
        True,
    ),
)
CHECK = (
    "Then: habeas mail show FILE. If it says that the body is not the signed one, the service wrote the message anew; "
    "try another way. Never forward it to yourself: that makes a new message.",
    "그다음 habeas mail show 파일. 본문이 서명된 것과 다르다고 나오면 그 서비스가 메일을 다시 쓴 것이므로 "
    "다른 방법을 쓰십시오. 자신에게 전달하면 안 됩니다. 새 메일이 됩니다.",
)


def how_to(language: str) -> str:
    """The whole text."""
    place = 1 if language == "ko" else 0
    lines = [WHY[place], ""]
    for name, english, korean, confirmed in SERVICES:
        mark = "" if confirmed else f" ({NOT_CONFIRMED[place]})"
        shown = KOREAN_NAMES.get(name, name) if language == "ko" else name
        lines.append(f"{shown}{mark}: {(english, korean)[place]}")
    return "\n".join([*lines, "", CHECK[place]])
