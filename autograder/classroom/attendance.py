"""Who handed in: what the download holds, beside the roster, as submissions and problems."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from .intake.bundle import digest_of
from .intake.entries import Entry, Upload
from .intake.times import parse_time
from .results.handins import Handin
from .results.problems import Problem
from .roster.cross_check import shown
from .roster.groups import Team, teams_of
from .roster.matching import Match, Matcher
from .roster.names import squeeze
from .roster.reading import cells_by_header
from .roster.students import Roster, Student

# Moodle's worksheet has the time of submission, its downloads have not.
_TIMES = (
    "lastmodifiedsubmission",
    "zuletztgeändertabgabe",
    "laatstgewijzigdinzending",
    "dernièremodificationtravailremis",
    "senaständradinlämning",
)
MAX_SHOWN = 6  # people named in one sentence


@dataclass(frozen=True)
class Submission:
    """A submission, and who handed it in.

    people: who handed it in, as the folders or files name them, the one that counts first.
    """

    entry: Entry
    handin: Handin
    team: Team
    people: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The id, and the names where there is a roster."""
        names = [student.name for student in self.team.members if student.name]
        if not names or names == [self.entry.student]:
            return self.entry.student
        return f"{self.entry.student}: {', '.join(names)}"


@dataclass
class Attendance:
    """Submissions, problems for a person to look at, and notes for their information."""

    submissions: list[Submission] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    matcher: Matcher | None = None
    roster_ids: frozenset[str] = frozenset()  # of students and groups

    def counts(self) -> dict[str, int]:
        """Count, by a phrase, who is late, and who is missing or unknown."""
        kinds = [problem.kind for problem in self.problems]
        return {
            "late": sum(bool(each.handin.seconds_late) for each in self.submissions),
            "missing": kinds.count("missing"),
            "in the download but not clearly in the roster": kinds.count("stranger")
            + kinds.count("ambiguous"),
        }


def take_attendance(
    uploads: Sequence[Upload],
    roster: Roster | None,
    due: datetime | None = None,
    zone: tzinfo | None = None,
) -> Attendance:
    """Find out who handed in what.

    Without a roster each person of the download is a student. With one, whoever is not clearly one
    of its students is a problem, and is not graded.

    Args:
        uploads: what the download holds.
        roster: None where there is none.
        due: when it had to be handed in, None where that is not known.
        zone: of times in the roster.
    """
    attendance = Attendance()
    if roster is None:
        for person, own in _by_person(uploads).items():
            student = Student(person, own[-1].name)
            _add(attendance, Team(person, (student,)), [(student, each) for each in own], due)
    else:
        _compare(attendance, uploads, roster, due, zone)
    return attendance


def _compare(attendance: Attendance, uploads, roster: Roster, due, zone) -> None:
    """Find the teams of the roster in the download."""
    teams, several = teams_of(roster)
    attendance.matcher = Matcher(roster)
    attendance.roster_ids = frozenset(
        {team.submission for team in teams} | {student.id for student in roster.students}
    )
    owned, unclear = _match(attendance, uploads, teams)
    attendance.problems += map(_in_several_groups, several)
    for team in teams:
        own = [
            (student, _with_time(upload, student, zone))
            for student in team.members
            for upload in owned.get(student.id, []) + owned.get(_key(team), [])
        ]
        if own:
            _add(attendance, team, own, due)
        else:
            attendance.problems += _missing(team, unclear)


def _in_several_groups(student: Student) -> Problem:
    what = f"is in several groups by the roster ({student.group}), and is taken to be alone."
    way_out = "Leave the group of this assignment alone in the roster."
    return Problem("group", shown(student), what, way_out)


def _key(team: Team) -> str:
    """A key for uploads that are named by a group; no student's id has a slash."""
    return f"/{team.submission}"


def _names(team: Team) -> list[str]:
    """The names by which a platform may call a group."""
    return [team.group, team.submission] if team.group else []


def _by_person(uploads: Iterable[Upload]) -> dict[str, list[Upload]]:
    people: dict[str, list[Upload]] = {}
    for upload in uploads:
        people.setdefault(upload.person, []).append(upload)
    return people


def _match(attendance, uploads, teams) -> tuple[dict[str, list[Upload]], set[str]]:
    """(id of a student or key of a team → uploads, ids of those who may be somebody)."""
    by_group = {squeeze(name): team for team in teams for name in _names(team)}
    claims: dict[str, list[tuple[list[Upload], Match]]] = {}
    owned: dict[str, list[Upload]] = {}
    unclear: set[str] = set()
    for own in _by_person(uploads).values():
        match = attendance.matcher.find(own[0].name, own[0].platform, own[0].number)
        if match.student:
            claims.setdefault(match.student.id, []).append((own, match))
        elif not match.students and (team := by_group.get(squeeze(own[0].name))):
            owned.setdefault(_key(team), []).extend(own)
        else:
            unclear |= {student.id for student in match.students}
            attendance.problems.append(_unmatched(own[0], match))
    for student, several in claims.items():
        accepted, rejected = _accept(several)
        owned[student] = accepted
        unclear |= {student} if rejected else set()
        attendance.problems += [_second(own[0], match, len(several)) for own, match in rejected]
    return owned, unclear


def _accept(claims: list[tuple[list[Upload], Match]]):
    """(uploads that are one student's, claims of others who only have the student's name)."""
    certain = [claim for claim in claims if claim[1].certain]
    accepted = certain or (claims if len(claims) == 1 else [])
    uploads = [upload for own, _ in accepted for upload in own]
    return uploads, [claim for claim in claims if claim not in accepted]


def _unmatched(upload: Upload, match: Match) -> Problem:
    """The problem of somebody who is nobody, or more than one, of the roster."""
    if not match.students:
        what = "is not in the roster, and is not graded."
        way = f"Add this person to the roster, or {_naming(upload)}"
        return Problem("stranger", upload.download, what, way)
    people = _listed(match.students)
    what = f"can be {people} of the roster, and is not graded."
    return Problem("ambiguous", upload.download, what, _naming(upload).capitalize())


def _second(upload: Upload, match: Match, number: int) -> Problem:
    """The problem of people of one name who can be only one student."""
    what = (
        f"has the name of {_listed(match.students)}, as have {number} people of the download, and "
        "is not graded."
    )
    return Problem("ambiguous", upload.download, what, _naming(upload).capitalize())


def _naming(upload):
    """How the instructor says who an upload is of."""
    if upload.number:
        return (
            f'put {upload.number} into a column "download" of the roster, in the row of the right '
            "student."
        )
    return "name the folder or file by the student's id."


def _listed(students):
    names = [shown(student) for student in students[:MAX_SHOWN]]
    more = len(students) - len(names)
    return " or ".join(names) + (f" or {more} more" if more else "")


def _missing(team: Team, unclear: set[str]) -> list[Problem]:
    """The problems of a team that handed in nothing."""
    of_group = f" (group {team.group})" if team.group else ""
    problems = []
    for student in team.members:
        what = f"handed in nothing{of_group}."
        if student.id in unclear:
            what = f"handed in nothing that is clearly theirs{of_group}."
        problems.append(Problem("missing", shown(student), what))
    return problems


def _with_time(upload: Upload, student: Student, zone) -> Upload:
    """The upload with the time that the roster has, where the download has none."""
    if upload.time:
        return upload
    cells = cells_by_header(student.columns)
    text = next((cells[header] for header in _TIMES if cells.get(header)), "")
    return replace(upload, time=parse_time(text, zone))


def _add(attendance: Attendance, team: Team, own: list[tuple[Student, Upload]], due) -> None:
    """Add the submission of a team: its latest upload, or a problem where that is not known."""
    uploads = [upload for _, upload in own]
    chosen = _latest(uploads)
    if chosen is None:
        names = ", ".join(upload.download for upload in uploads)
        what = f"handed in {names}; which of them is the latest is not known, and none is graded."
        way = "Move those that do not count out of the folder."
        attendance.problems.append(Problem("double", team.submission, what, way))
        return
    if others := [each for each in uploads if each.download != chosen.download]:
        names = ", ".join(dict.fromkeys(upload.download for upload in others))
        note = f"{team.submission}: {chosen.download} counts, as the latest; not {names}."
        attendance.notes.append(note)
    late = _seconds_late(chosen.time, due)
    if chosen.late and late is None:
        attendance.notes.append(f"{team.submission}: late, as {chosen.platform.title()} says.")
    attendance.submissions.append(_submission(team, own, chosen, late))


def _submission(team, own, chosen, late) -> Submission:
    time = chosen.time.isoformat() if chosen.time else ""
    downloads = {student.id: upload.download for student, upload in own}
    for student, upload in own:
        if upload.download == chosen.download:
            downloads[student.id] = chosen.download
    people = dict.fromkeys([chosen.person, *(upload.person for _, upload in own)])
    return Submission(
        Entry(team.submission, chosen.sources, chosen.time),
        Handin(team.submission, team.members, downloads, time, late, chosen.download),
        team,
        tuple(people),
    )


def _latest(uploads: list[Upload]) -> Upload | None:
    """The upload that counts; None where that is not known, and they differ."""
    if len({(upload.person, upload.time) for upload in uploads}) == 1:
        return uploads[0]
    for key in _moment, _order:
        if all(map(key, uploads)):
            before, last = sorted(uploads, key=key)[-2:]
            if key(before) != key(last):
                return last
    try:
        digests = {digest_of(Entry(each.person, each.sources)) for each in uploads}
    except OSError:
        return None
    return uploads[-1] if len(digests) == 1 else None


def _moment(upload: Upload) -> float:
    return upload.time.timestamp() if upload.time else 0.0


def _order(upload: Upload) -> float:
    return upload.order


def _seconds_late(time: datetime | None, due: datetime | None) -> float | None:
    if time is None or due is None:
        return None
    return max(0.0, (time - due).total_seconds())
