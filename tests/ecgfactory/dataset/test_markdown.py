from __future__ import annotations

from ecgfactory.dataset.markdown import plain


def test_text_of_others_is_no_markup_and_no_column() -> None:
    assert plain("a | b\n<script>`x`\\") == r"a \| b \<script\>\`x\`" + "\\\\"
    assert plain("[a](b) & *c*, PR 120-200 my_set") == r"\[a\](b) \& \*c\*, PR 120-200 my_set"
