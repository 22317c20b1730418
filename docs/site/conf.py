"""Settings of the site: pages in Markdown, a quiet theme, nothing asked of any other address."""

project = "darkfigure"
author = "the darkfigure contributors"
html_title = "darkfigure"
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
html_theme = "furo"
html_show_sourcelink = False
html_copy_source = False
html_show_copyright = False
html_theme_options = {"navigation_with_keys": True}
