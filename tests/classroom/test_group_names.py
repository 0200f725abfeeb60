"""The names in notebook 01 beside the roster's, in whichever order their words stand."""

from autograder.classroom.roster.cross_check import Declared, disagreements
from autograder.classroom.roster.groups import Team
from autograder.classroom.roster.matching import Matcher
from autograder.classroom.roster.students import Roster, Student


def test_a_family_name_with_a_comma_in_it_is_known_in_any_order_of_its_words():
    jane = Student("1", "van der Berg, Jr., Jane", group="1")
    zoe = Student("2", "van der Berg, Jr., Zoë", group="1")
    matcher = Matcher(Roster("canvas", ("ID",), (jane, zoe)))
    team = Team("Group 1", (jane, zoe), "1")
    names = ("Jane van der Berg, Jr.", "Zoë van der Berg, Jr.")
    assert not disagreements(Declared(names, ""), team, matcher)
    assert disagreements(Declared(names[:1], ""), team, matcher)
