"""Line numbers of keys."""

from hypothesis import given
from hypothesis import strategies as st

from impsy_tui.config.positions import key_lines


def test_tables_keys_and_values_of_many_lines() -> None:
    text = '''\
a = 1 # [not.a.table]
b = """
[not.a.table]
c = 1
"""
[t.u]
"quoted key" = [
  [1, "]"], # x = 2
  [2],
]
x.y = 3
[[l]]
k = {a = 1, b = [2]}
[[l]]
k = 'it''s'
'''
    assert key_lines(text) == {
        "a": 1,
        "b": 2,
        "t.u": 6,
        "t.u.quoted key": 7,
        "t.u.quoted key.0": 8,
        "t.u.quoted key.1": 9,
        "t.u.x.y": 11,
        "l": 12,
        "l.0": 12,
        "l.0.k": 13,
        "l.0.k.0": 13,
        "l.1": 14,
        "l.1.k": 15,
    }


@given(st.text())
def test_any_text_is_scanned_to_its_end(text: str) -> None:
    for line in key_lines(text).values():
        assert 1 <= line <= text.count("\n") + 1
