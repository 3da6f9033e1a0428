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
