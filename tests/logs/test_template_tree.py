"""Templates lie where messages of their shape look for them, and leave no trace when they go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from warroom.logs.masks import ANYTHING
from warroom.logs.template_tree import MOST_SECOND_WORDS, Template, TemplateTree


def add(tree: TemplateTree, *texts: str) -> list[Template]:
    """Add a template for each text where it belongs."""
    made = []
    for text in texts:
        words = tuple(text.split())
        path, _ = tree.leaf(words)
        template = Template(text, words, path)
        template.last_line = len(tree.templates) + 1
        tree.add(template)
        made.append(template)
    return made


def test_a_template_is_found_by_length_first_and_second_word() -> None:
    tree = TemplateTree(100)
    login, _ = add(tree, "user logged in", "user went away")
    assert tree.leaf(("user", "logged", "out")) == (("user", "logged"), [login])
    assert tree.leaf(("user", "logged"))[1] == []
    assert tree.leaf(("bot", "logged", "in"))[1] == []


def test_masked_words_share_a_branch() -> None:
    tree = TemplateTree(100)
    (served,) = add(tree, "<ADDRESS> served it")
    assert tree.leaf(("x<NUMBER>", "served", "it")) == ((ANYTHING, "served"), [served])


def test_leaves_become_one_when_the_second_word_has_many_values() -> None:
    tree = TemplateTree(100)
    made = add(tree, *(f"user {'abcdefghij'[n]} left" for n in range(MOST_SECOND_WORDS)))
    path, leaf = tree.leaf(("user", "z", "left"))
    assert path == ("user", ANYTHING)
    assert leaf == made
    assert tree.leaf(("user", "a", "left")) == (path, made)


def test_short_messages_have_their_places() -> None:
    tree = TemplateTree(100)
    add(tree, "", "one")
    assert [one.id for one in tree.leaf(())[1]] == [""]
    assert [one.id for one in tree.leaf(("one",))[1]] == ["one"]


def test_a_branch_that_is_empty_makes_room_for_another_first_word() -> None:
    tree = TemplateTree(1)
    for number in range(500):
        (made,) = add(tree, f"{'abcdefghij'[number % 10] * (1 + number // 10)} x")
        assert made.path[0] == made.words[0]
    assert tree.evicted == 499


@given(st.lists(st.sampled_from(["a", "b", "c", "<N>"]), max_size=3).map(" ".join).flatmap(st.just), st.data())
def test_every_living_template_is_in_its_leaf(first: str, data: st.DataObject) -> None:
    tree = TemplateTree(6)
    words = st.lists(st.sampled_from([*"abcdefghijkl", "<N>"]), max_size=3).map(" ".join)
    for text in [first, *data.draw(st.lists(words, max_size=60))]:
        if text not in tree.templates:
            add(tree, text)
        assert len(tree.templates) <= 6
        for template in tree.templates.values():
            assert template.alive
            assert template in tree.leaf(template.words)[1] or template.path[0] == ANYTHING
