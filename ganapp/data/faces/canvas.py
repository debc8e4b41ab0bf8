"""The canvas on which a face is painted: ellipses and polygons, placed from the face's centre."""

from PIL import Image, ImageDraw

from .colours import Colour
from .shapes import Points


class Canvas:
    """An image to draw on. Lengths are in percent of its side, from the face's centre, y downwards."""

    def __init__(self, size: int, centre: tuple[float, float], background: Colour):
        self.image = Image.new("RGB", (size, size), background)
        self.draw = ImageDraw.Draw(self.image)
        self.unit = size / 100  # pixels of one percent
        self.x, self.y = centre

    def blob(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """Fill an ellipse with centre (x, y) and radii (rx, ry)."""
        cx, cy, k = self.x, self.y, self.unit
        box = ((cx + x - rx) * k, (cy + y - ry) * k, (cx + x + rx) * k - 1, (cy + y + ry) * k - 1)
        self.draw.ellipse(box, fill=fill)

    def shape(
        self, points: Points, fill: Colour, sx: float = 1, sy: float = 1, dx: float = 0, dy: float = 0
    ) -> None:
        """Fill a polygon, scaled by (sx, sy) and then moved by (dx, dy)."""
        k = self.unit
        sx, sy, dx, dy = sx * k, sy * k, (self.x + dx) * k, (self.y + dy) * k
        self.draw.polygon([(dx + x * sx, dy + y * sy) for x, y in points], fill=fill)
