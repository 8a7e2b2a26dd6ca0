"""Papers and records as PDF/UA-1 through Typst (decision 0036)."""

from paloverde.bundles.pdf.letters import paper_pdf
from paloverde.bundles.pdf.printed import Picture, Printed
from paloverde.bundles.pdf.volumes import Cover, pages_of, press, records_pdf, volumes_set
from paloverde.bundles.pdf.words import Redacted

__all__ = [
    "Cover",
    "Picture",
    "Printed",
    "Redacted",
    "pages_of",
    "paper_pdf",
    "press",
    "records_pdf",
    "volumes_set",
]
