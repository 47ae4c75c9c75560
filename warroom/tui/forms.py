"""Questions to the person at the console, as data: a dialog draws them, an act reads the answers."""

from __future__ import annotations

import msgspec


class Field(msgspec.Struct, frozen=True):
    """One thing to fill in."""

    id: str
    label: str
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """Values with their words; a field without options is a line of text."""
    required: bool = True


class Form(msgspec.Struct, frozen=True):
    """A question with its fields and the word that answers it."""

    title: str
    fields: tuple[Field, ...] = ()
    words: tuple[str, ...] = ()
    """Sentences above the fields."""
    fault: str = ""
    """Why the last answer was not taken."""
    submit: str = "Save"
    about: str = ""
    """What the question stands on, as `stale.stand_of` takes it; empty when nobody else can change it."""
    needs_button: bool = False
    """Only the button answers it: Enter in a field goes on to the next (for what acts on a bot)."""


Answers = dict[str, str]
"""Field id to what was filled in."""


def refused_form(form: Form, answers: Answers, fault: str) -> Form:
    """Return the same question as it was answered, with why the answer was not taken."""
    fields = tuple(msgspec.structs.replace(field, value=answers.get(field.id, field.value)) for field in form.fields)
    return msgspec.structs.replace(form, fields=fields, fault=fault)
