"""Documents whose beads are known, made of parallel text."""

from bench.aligning.inject import RECIPES, Material, Recipe, make

PAIRS = tuple((f"Number {k} is one line of the tale.", f"السطر {k} من الحكاية هنا.") for k in range(12))
MATERIAL = Material("tale", PAIRS, (0,) * 12)


def test_a_recipe_and_a_seed_give_one_document():
    for recipe in RECIPES.values():
        assert make(MATERIAL, recipe, 5) == make(MATERIAL, recipe, 5)


def test_beads_cover_both_sides_in_order():
    for name, recipe in RECIPES.items():
        made = make(MATERIAL, recipe, 8)
        assert [i for source, _ in made.gold for i in source] == list(range(len(made.source))), name
        assert [j for _, target in made.gold for j in target] == list(range(len(made.target))), name


def test_joined_arabic_runs_on_without_stops_where_the_recipe_says_so():
    made = make(MATERIAL, Recipe(run_on=1.0, fan={3: 1.0}), 1)
    assert all(text.count(".") == 1 and text.count("،") == 2 for text in made.target)


def test_a_loose_translation_leaves_words_out_but_never_all():
    made = make(MATERIAL, Recipe(loose=0.5, fan={2: 1.0}), 1)
    whole = make(MATERIAL, Recipe(fan={2: 1.0}), 1)
    assert sum(map(len, made.target)) < 0.8 * sum(map(len, whole.target))
    assert all(made.target)


def test_headings_are_left_out_but_joined_to_nothing():
    heading = ("Why the river rose", "لماذا ارتفع النهر")
    material = Material("tale", tuple(heading if k % 3 == 1 else pair for k, pair in enumerate(PAIRS)), (0,) * 12)
    assert material.headings == {1, 4, 7, 10}
    for recipe in (Recipe(merge=1.0), Recipe(triple=0.6, shift=0.4), Recipe(fan={3: 1.0}), RECIPES["free"]):
        made = make(material, recipe, 3)
        for source, target in made.gold:
            if any(made.source[i] == heading[0] for i in source) or any(made.target[j] == heading[1] for j in target):
                assert len(source) <= 1
                assert len(target) <= 1
    dropped = make(material, Recipe(drop=0.5), 3)
    assert any(not target and dropped.source[source[0]] == heading[0] for source, target in dropped.gold)
