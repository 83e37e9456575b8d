"""Scenarios for hypothesis.

One number decides what each letter stands for, and letters say which deals and which groups of actions there are: so a
scenario takes four draws, where a draw costs as much as an action does, and hypothesis makes a failing one smaller by
leaving letters out and by limiting the size of deals.
"""

from hypothesis import strategies as st

from tests.differential.actions import Action, Draft, Scenario
from tests.differential.dice import Dice

_NOTHING = "0"
"""The letter that hypothesis puts in the place of what doesn't matter."""
_letters = st.characters(max_codepoint=0xFF)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Deals, an attempt to open each, and what happens then."""
    number = draw(st.integers(0, (1 << 24) - 1))
    limit = draw(st.sampled_from(range(1, 17)))
    drafts: list[Draft] = []
    actions: list[Action] = []
    for byte in draw(st.binary(min_size=1, max_size=4)):
        dice = Dice(f"{number} deal {byte}")
        draft = dice.draft(limit if limit < 4 else None)
        actions.append(dice.opening(len(drafts), draft.asset))
        drafts.append(draft)
    for letter in draw(st.text(_letters, min_size=8, max_size=18)):
        actions.extend(Dice(f"{number} group {letter}").group() if letter != _NOTHING else ())
    return Scenario(tuple(drafts), tuple(actions))
