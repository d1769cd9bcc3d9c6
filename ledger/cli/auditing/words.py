"""The fixed words of an audit's report, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.audit.findings import Kind
from ledger.words import TEXT, Language, pick

KINDS: Mapping[Kind, tuple[str, str]] = {
    "omitted": ("Left out of the index", "색인에서 빠짐"),
    "foreign": ("Listed where it does not belong", "속하지 않는 곳에 실림"),
    "malformed": ("A list that can be none", "목록일 수 없는 목록"),
    "wrong_key": ("Listed, although its bytes have another key", "바이트의 색인 키가 다른데도 실림"),
    "index_root": ("Wrong root of the index", "색인의 루트가 틀림"),
    "fork": ("Two histories", "서로 다른 두 기록"),
    "last_leaf": ("A wrong index leaf at the end of a tree", "트리 끝의 색인 리프가 틀림"),
    "rule": ("The index is not claimed any more", "색인을 더 이상 내세우지 않음"),
    "leaf": ("An entry that is no leaf", "리프가 아닌 항목"),
    "opening": ("Another opening than the trust policy says", "신뢰 정책과 다른 개설 기록"),
    "bytes": ("Other bytes than the log commits to", "기록이 약속한 것과 다른 바이트"),
    "ticket": ("A ticket whose leaf is missing", "리프가 없는 접수 번호"),
    "anchor": ("Events that the contract never emits", "컨트랙트가 내보낼 수 없는 이벤트"),
}
_TEXT: Mapping[str, tuple[str, str]] = {
    "title": ("Habeas audit", "하베아스 감사"),
    "practice": TEXT["practice"],
    "everywhere": TEXT["everywhere"],
    "ledger": ("Ledger: {origin}; trust policy {policy}", "기록부: {origin}, 신뢰 정책 {policy}"),
    "checkpoint": ("Checkpoint: {size} leaves, root {root}", "체크포인트: 리프 {size}개, 루트 {root}"),
    "replayed": ("Replayed", "다시 계산한 것"),
    "leaves": (
        "{leaves} leaves ({old} of them taken over from an earlier audit) in {seconds} s",
        "리프 {leaves}개({old}개는 이전 감사에서 이어받음), {seconds}초",
    ),
    "statements": (
        "{statements} statements: {listed} listed under {keys} keys, {unlisted} not indexable, {wrong} under a key that"
        " is not theirs, {absent} without bytes",
        "진술 {statements}개: 색인 키 {keys}개에 실린 것 {listed}개, 색인 대상이 아닌 것 {unlisted}개,"
        " 다른 색인 키에 실린 것 {wrong}개, 바이트가 없는 것 {absent}개",
    ),
    "index_leaves": (
        "{leaves} index leaves: {roots} roots compared, {wrong} wrong; {none} claim no index",
        "색인 리프 {leaves}개: 루트 {roots}개를 견줌, 틀린 것 {wrong}개, 색인을 내세우지 않는 것 {none}개",
    ),
    "anchors": (
        "{anchors} anchors up to {size} leaves, complete to {complete}; final block {block}, says {providers}",
        "앵커 {anchors}개, 리프 {size}개까지, {complete} 이전의 직접 제출은 모두 들어 있음."
        " 확정 블록 {block}({providers})",
    ),
    "tickets": (
        "{taken} tickets: {settled} settled, {open} open, {overdue} of these for more than an hour",
        "접수 번호 {taken}개: 처리됨 {settled}개, 남음 {open}개, 그중 한 시간이 넘은 것 {overdue}개",
    ),
    "findings": ("Findings", "발견한 것"),
    "clean": ("None. Whatever was replayed is as the log says.", "없습니다. 다시 계산한 것은 모두 기록과 같습니다."),
    "more": ("... and {count} more", "… 그 밖에 {count}개"),
    "proof": ("Fraud proof: {name}", "모순 증명: {name}"),
    "withheld": ("Withheld", "공개가 중단된 것"),
    "withheld_said": (
        "{count} whose withholding the log records",
        "공개 중단이 기록에 남아 있는 것 {count}개",
    ),
    "withheld_unsaid": (
        "{count} that are not served, and no entry.withheld says why (place, digest, answer):",
        "제공되지 않으나 entry.withheld가 없는 것 {count}개(위치, 다이제스트, 응답):",
    ),
    "not_checked": ("Not checked", "확인하지 않은 것"),
    "notes": ("Notes", "참고"),
    "cosigned": ("Cosignature", "공동 서명"),
    "refused": ("Not cosigned", "공동 서명하지 않음"),
    "result_0": (
        "Result: every required check passed.",
        "결과: 필요한 확인을 모두 통과했습니다.",
    ),
    "result_1": (
        "Result: at least one check failed; see the findings.",
        "결과: 실패한 확인이 있습니다. 발견한 것을 보십시오.",
    ),
    "result_3": (
        "Result: nothing was found, but something required was not checked.",
        "결과: 발견한 것은 없으나 필요한 확인 가운데 하지 못한 것이 있습니다.",
    ),
}


def text(name: str, lang: Language) -> str:
    """The fixed text ``name``."""
    return pick(_TEXT[name], lang)
