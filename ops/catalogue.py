"""The dozen products of the seed."""

from dataclasses import dataclass

TARGET_STOCK = 500


@dataclass(frozen=True)
class SeedProduct:
    """A product to have, under a fixed id."""

    id: str
    name: str
    description: str
    category: str
    price_minor: int


SEED_PRODUCTS = (
    SeedProduct("seed-espresso-cup", "Espresso cup", "Porcelain, 60 ml, with a saucer.", "kitchen", 1250),
    SeedProduct("seed-moka-pot", "Moka pot", "Aluminium, for three cups.", "kitchen", 3490),
    SeedProduct("seed-chef-knife", "Chef's knife", "20 cm blade of carbon steel.", "kitchen", 8900),
    SeedProduct("seed-cutting-board", "Cutting board", "Oak, oiled, 40 by 25 cm.", "kitchen", 4200),
    SeedProduct("seed-desk-lamp", "Desk lamp", "Dimmable, with two joints.", "office", 5999),
    SeedProduct("seed-notebook", "Notebook", "Dotted paper, 160 pages.", "office", 990),
    SeedProduct("seed-fountain-pen", "Fountain pen", "Steel nib, fine.", "office", 2750),
    SeedProduct("seed-keyboard", "Mechanical keyboard", "87 keys, quiet switches.", "electronics", 11900),
    SeedProduct("seed-headphones", "Headphones", "Over-ear, wired, closed.", "electronics", 14950),
    SeedProduct("seed-camera", "Mirrorless camera", "24 megapixels, with a 35 mm lens.", "electronics", 129900),
    SeedProduct("seed-wool-blanket", "Wool blanket", "Lambswool, 140 by 200 cm.", "home", 7900),
    SeedProduct("seed-plant-pot", "Plant pot", "Terracotta, 18 cm, with a hole.", "home", 850),
)
"""The camera costs more than the default approval limit, so ordering one shows an approval."""
