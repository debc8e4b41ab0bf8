"""Sounds: what they are like at each frame, and a film that carries one."""

import wave

import av
import numpy as np
import pytest

from ganapp import media
from ganapp.media.sound import FOLLOWED, RATE, analysed, falling, read_sound

FPS = 25


def tone(hertz, seconds, loud=1.0, rate=RATE):
    return (loud * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def write_wav(path, samples, rate=RATE):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((32_000 * samples).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize(("hertz", "band"), [(80, "bass"), (700, "middle"), (4_000, "treble")])
def test_a_tone_is_in_its_band_alone(hertz, band):
    found = analysed(np.concatenate([tone(hertz, 1), np.zeros(RATE, np.float32)]), 2 * FPS, FPS).values
    assert found[band][3:FPS].min() > 0.9 and found["level"][3:FPS].min() > 0.9
    assert set(found) == set(FOLLOWED) and found[band][-1] < 0.05  # it has died away


def test_notes_begin_where_they_begin():
    silence = np.zeros(RATE, np.float32)
    found = analysed(np.concatenate([silence, tone(440, 1), silence]), 3 * FPS, FPS).values["onsets"]
    assert found[: FPS - 2].max() < 0.05 and found[FPS - 1 : FPS + 2].max() == 1
    assert found[2 * FPS - 5] < 0.1  # the note goes on, and no other one begins


def test_a_value_rises_at_once_and_falls_by_half_in_0_12_seconds():
    values = falling(np.array([0, 1, 0, 0, 0, 0]), 1 / 0.12)
    assert values == pytest.approx([0, 1, 0.5, 0.25, 0.125, 0.0625])


def test_silence_moves_nothing():
    found = analysed(np.zeros(2 * RATE, np.float32), 2 * FPS, FPS).values
    assert all(not values.any() for values in found.values())


def test_a_film_carries_its_sound_as_far_as_its_frames_go(tmp_path):
    path = write_wav(tmp_path / "tone.wav", tone(440, 3, 0.5))
    sound = read_sound(path, FPS, 2)
    assert sound.frames == 2 * FPS
    frames = (np.full((16, 16, 3), int(255 * v), np.uint8) for v in sound.values["level"])
    media.write_video(tmp_path / "film.mp4", frames, FPS, sound=path)
    with av.open(str(tmp_path / "film.mp4")) as film:
        length = {s.type: float(s.duration * s.time_base) for s in film.streams}
        heard = np.concatenate([f.to_ndarray()[0] for f in film.decode(audio=0)])
    assert length["video"] == pytest.approx(2, abs=0.1) and length["audio"] == pytest.approx(2, abs=0.1)
    middle = heard[len(heard) // 4 : len(heard) // 2]
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.fft.rfftfreq(len(middle), 1 / 44_100)[spectrum.argmax()] == pytest.approx(440, abs=3)


def test_what_is_no_sound_is_one_sentence(tmp_path):
    (tmp_path / "x.mp3").write_bytes(b"no sound at all" * 50)
    with pytest.raises(ValueError, match=r"x.mp3 cannot be read as a sound"):
        read_sound(tmp_path / "x.mp3", FPS, 9)
    media.write_video(tmp_path / "dumb.mp4", [np.zeros((8, 8, 3), np.uint8)] * 3, FPS)
    with pytest.raises(ValueError, match=r"dumb.mp4 has no sound"):
        read_sound(tmp_path / "dumb.mp4", FPS, 9)
    short = write_wav(tmp_path / "short.wav", tone(440, 0.05))
    with pytest.raises(ValueError, match="too short for a film"):
        read_sound(short, FPS, 9)
    with pytest.raises(ValueError, match="Only an MP4 has sound"):
        media.write_video(tmp_path / "x.gif", [np.zeros((8, 8, 3), np.uint8)], FPS, sound=short)
