"""Peak memory and time of turning a picture into its renditions, each in a process of its own.

python -m bench.image_memory [megapixels]

"worker" is what the process weighs with the app's own modules loaded, before Pillow; "peak" is the most that it ever
weighed, the picture's file (`MB file`) included.
"""

import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_MEGABYTE = 1024 * 1024
KINDS = {
    "JPEG": ("JPEG", {"quality": 90}),
    "JPEG, progressive": ("JPEG", {"quality": 90, "progressive": True}),
    "JPEG, progr. 4:4:4": ("JPEG", {"quality": 90, "progressive": True, "subsampling": 0}),
    "JPEG, progr. CMYK": ("JPEG", {"quality": 90, "progressive": True, "subsampling": 0}),
    "PNG": ("PNG", {"compress_level": 1}),
    "WebP": ("WEBP", {"quality": 80, "method": 0}),
}


def _peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make(kind: str, megapixels: float, target: Path) -> None:
    """Writes a photograph-like picture: soft shapes with some grain."""
    from PIL import Image  # noqa: PLC0415 - the measuring process must not have loaded it

    width = int((megapixels * 1e6 * 4 / 3) ** 0.5)
    size = width, int(megapixels * 1e6 / width)
    soft = Image.radial_gradient("L").resize(size)
    picture = Image.merge("RGB", (soft, Image.linear_gradient("L").resize(size), soft))
    tile = Image.effect_noise((256, 256), 12).convert("RGB")
    for left in range(0, size[0], 2048):
        picture.paste(tile, (left, size[1] // 2))
    file_format, options = KINDS[kind]
    if "CMYK" in kind:
        picture = picture.convert("CMYK")
    picture.save(target, file_format, **options)


def measure(kind: str, source: Path) -> None:
    """Renders the picture here and prints what it took."""
    import shared.services  # noqa: F401, PLC0415 - what a worker has loaded anyway, and the maker hasn't
    from shared.images.limits import ImageType  # noqa: PLC0415 - as above

    content = source.read_bytes()
    before, started = _peak(), time.perf_counter()
    from shared.images.rendering import render  # noqa: PLC0415 - it loads Pillow, which is measured

    renditions = render(content, ImageType(f"image/{KINDS[kind][0].lower()}"))
    taken = time.perf_counter() - started
    from PIL import Image  # noqa: PLC0415 - the measuring process must not have loaded it

    sizes = [Image.open(io.BytesIO(file)).size for file in renditions.values()]
    print(
        f"{kind:18} {len(content) / _MEGABYTE:5.1f} MB file   worker {before:4.0f} MB   peak {_peak():4.0f} MB   "
        f"{taken:4.1f} s   {sizes[0][0]} x {sizes[0][1]}",
        flush=True,
    )


def main(megapixels: float) -> None:
    """Prints one line for each kind of file."""
    print(f"{megapixels:g} megapixels")
    with tempfile.TemporaryDirectory() as folder:
        for number, kind in enumerate(KINDS):
            source = str(Path(folder, str(number)))
            for step in ("make", "measure"):
                command = [sys.executable, "-m", "bench.image_memory", step, kind, str(megapixels), source]
                subprocess.run(command, check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", kind, megapixels, source]:
            make(kind, float(megapixels), Path(source))
        case ["measure", kind, _, source]:
            measure(kind, Path(source))
        case given:
            main(float(given[0]) if given else 49.9)
