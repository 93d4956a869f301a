"""The pipe to the sandbox: what goes in comes out, and no bytes at all do harm."""

import json
import socket
import struct
import threading
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from actloss.grading import protocol
from actloss.grading.protocol import (
    DTYPES,
    Gone,
    OutOfTime,
    ProtocolError,
    pack,
    receive,
    send,
    split,
    unpack,
)

CASES = 1000  # of each fuzz test below; there are five

ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
MESSAGES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ARRAYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
fuzz = settings(max_examples=CASES, database=None, derandomize=True)


def same(one, other):
    if isinstance(one, np.ndarray):
        return (
            type(other) is np.ndarray
            and (one.dtype, one.shape) == (other.dtype, other.shape)
            and one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and (one == other or one != one)


def frame(header, body=b""):
    header = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<II", len(header), len(body)) + header + body


def message_or_error(data):
    """Whatever the bytes: a message of the allowed kinds, or ProtocolError and nothing else."""
    try:
        message = unpack(*split(data))
    except ProtocolError:
        return None
    pack(message)  # so it holds nothing that could not have been sent
    return message


# --- what goes in comes out ---------------------------------------------------------------------


@fuzz
@given(MESSAGES)
def test_messages_come_back_as_they_were(message):
    assert same(message, unpack(*split(pack(message))))


@pytest.mark.parametrize("value", [np.float32(1.5), np.int64(-3), np.bool_(True)])
def test_numpy_scalar_keeps_its_type(value):
    (back,) = unpack(*split(pack([value])))
    assert type(back) is type(value)
    assert back == value


def test_big_endian_and_strided_arrays_arrive_in_order():
    array = np.arange(12, dtype=">f4").reshape(3, 4)[:, ::2]
    assert np.array_equal(unpack(*split(pack(array))), array)


def test_lone_surrogates_of_a_notebook_travel():
    assert unpack(*split(pack("\ud800"))) == "\ud800"


@pytest.mark.parametrize(
    "value", [object(), 1j, {1, 2}, np.array([None]), np.array(["a"]), np.array([1j]), b"bytes"]
)
def test_only_plain_data_is_sent(value):
    with pytest.raises(ProtocolError):
        pack({"value": value})


# --- what an adversary may send ------------------------------------------------------------------


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data):
    message_or_error(data)


@fuzz
@given(st.binary(max_size=80), st.binary(max_size=40))
def test_any_header_and_body(header, body):
    message_or_error(frame(header, body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["map", "array", "scalar", "id", "<f8", ""]), inner, max_size=2
        )
        | st.tuples(
            st.sampled_from(["array", "scalar"]),
            st.sampled_from([*DTYPES, "|O", "<c16", ">f8", "<M8[s]", "<U4", "|V8", "", "f8"]),
            st.lists(st.integers(-3, 5) | st.floats() | st.integers(), max_size=4),
        ).map(lambda drawn: {drawn[0]: [drawn[1], drawn[2]]})
    ),
    max_leaves=8,
)


@fuzz
@given(JSON, st.binary(max_size=64))
@example({"array": ["|O", [1]]}, bytes(8))
@example({"array": ["<f8", [-1]]}, bytes(8))
@example({"array": ["<f8", [True]]}, bytes(8))
@example({"array": ["<f8", [2**62, 4]]}, b"")
@example({"array": ["<f8", [10**9, 0]]}, b"")
def test_any_json_is_a_message_or_an_error(header, body):
    message_or_error(frame(header, body))


@fuzz
@given(MESSAGES, st.data())
def test_damaged_frames_are_a_message_or_an_error(message, data):
    damaged = bytearray(pack(message))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    message_or_error(bytes(damaged[: data.draw(st.integers(0, len(damaged)))]))
    message_or_error(bytes(damaged))


@pytest.mark.parametrize(
    ("header", "body", "words"),
    [
        (b"[" * 100_000 + b"]" * 100_000, b"", "RecursionError"),
        (b"[" * 20 + b"]" * 20, b"", "16 deep"),
        (b"9" * 100_000, b"", "ValueError"),
        (b"[" + b"1," * 30_000 + b"1]", b"", "20000 values"),
        (b"\xff\xfe", b"", "no JSON"),
        (b"{}", b"", "a map, an array or a scalar"),
        (b'{"map": [1]}', b"", "a map, an array or a scalar"),
        (b'{"array": ["|O", [1]]}', bytes(8), "one of the dtypes"),
        (b'{"array": [["<f8"], [1]]}', bytes(8), "one of the dtypes"),
        (b'{"array": ["<f8", [-1]]}', bytes(8), "integers from 0"),
        (b'{"array": ["<f8", [1.0]]}', bytes(8), "integers from 0"),
        (b'{"array": ["<f8", [true]]}', bytes(8), "integers from 0"),
        (b'{"array": ["<f8", [2000000, 2000000]]}', b"", "at most 2097152 elements"),
        (b'{"array": ["<f8", [2000000, 2000000, 0]]}', b"", "at most 2097152 elements"),
        (b'{"array": ["<f8", [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]]}', bytes(8), "16 lengths"),
        (b'{"array": ["<f8", [2]]}', bytes(8), "ends within an array"),
        (b'{"array": ["<f8", [1]]}', bytes(9), "belong to no array"),
    ],
)
def test_faults_are_named(header, body, words):
    with pytest.raises(ProtocolError, match=words):
        unpack(*split(frame(header, body)))


def test_truth_values_are_only_0_and_1():
    array = unpack(*split(frame({"array": ["|b1", [3]]}, b"\x00\x07\xff")))
    assert array.tobytes() == b"\x00\x01\x01"


def test_no_array_shares_memory_with_its_frame_or_is_read_only():
    array = unpack(*split(frame({"array": ["<f8", [1]]}, bytes(8))))
    array[0] = 2.0
    assert array.flags.owndata


# --- sockets -------------------------------------------------------------------------------------


@pytest.fixture
def pair():
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


SLOWEST = 60  # seconds: what lasts so long did not heed a deadline of a fraction of one


def soon():
    return time.monotonic() + 0.2


def late():
    """For what does not wait for it, however slow the machine is."""
    return time.monotonic() + 10 * SLOWEST


def test_large_message_passes_a_socket(pair):
    message = {"x": np.random.default_rng(0).normal(size=1_000_000)}
    thread = threading.Thread(target=send, args=(pair[0], message))
    thread.start()
    assert same(receive(pair[1], late()), message)
    thread.join()


def test_announced_gigabytes_are_refused_before_they_come(pair):
    pair[0].send(struct.pack("<II", 2**32 - 1, 2**32 - 1))
    with pytest.raises(ProtocolError, match="at most"):
        receive(pair[1], late())


def test_reader_sets_its_own_limit(pair):
    send(pair[0], "a" * 1000)
    with pytest.raises(ProtocolError, match="at most 500 bytes"):
        receive(pair[1], late(), most=500)


@pytest.mark.parametrize("sent", [b"", b"\x05", frame([1, 2, 3])[:-1]])
def test_incomplete_frame_ends_at_the_deadline(pair, sent):
    pair[0].send(sent)
    start = time.monotonic()
    with pytest.raises(OutOfTime):
        receive(pair[1], soon())
    assert time.monotonic() - start < SLOWEST


def test_trickled_bytes_do_not_put_off_the_deadline(pair):
    def trickle():
        for byte in frame([0] * 20_000):  # for more than three minutes
            try:
                pair[0].send(bytes([byte]))
            except OSError:
                return
            time.sleep(0.01)

    thread = threading.Thread(target=trickle)
    thread.start()
    start = time.monotonic()
    with pytest.raises(OutOfTime):
        receive(pair[1], soon())
    assert time.monotonic() - start < SLOWEST
    pair[1].close()
    thread.join()


def test_reader_who_never_reads_does_not_block_the_writer(pair):
    with pytest.raises(OutOfTime):
        send(pair[0], np.zeros(1_000_000), soon())


def test_closed_end_is_noticed(pair):
    pair[0].close()
    with pytest.raises(Gone):
        receive(pair[1])
    with pytest.raises(Gone):
        send(pair[1], "text")


def test_frame_after_frame(pair):
    for message in ([1], {"a": np.ones(2)}, "end"):
        send(pair[0], message)
    assert [same(receive(pair[1]), m) for m in ([1], {"a": np.ones(2)}, "end")] == [True] * 3


def test_limits_fit_into_the_lengths():
    assert max(protocol.HEADER_BYTES, protocol.BODY_BYTES) < 2**32
