"""Counties that were renamed, merged or divided, and names in use beside the official ones."""

from __future__ import annotations

Codes = tuple[str, ...]

SAME_PLACE: dict[str, tuple[Codes, ...]] = {
    "46113": (("46102",),),  # Shannon, Oglala Lakota since 2015
    "46102": (("46113",),),
    "02270": (("02158",),),  # Wade Hampton, Kusilvak since 2015
    "02158": (("02270",),),
    "12025": (("12086",),),  # Dade, Miami-Dade since 1997
    "12086": (("12025",),),
    "29193": (("29186",),),  # Ste. Genevieve, another code until 1979
    "51515": (("51019",),),  # Bedford city, part of Bedford County since 2013
    "51560": (("51005",),),  # Clifton Forge city, part of Alleghany County since 2001
    "51780": (("51083",),),  # South Boston city, part of Halifax County since 1995
    "30113": (("30031",),),  # Yellowstone National Park, part of Gallatin County since 1997
    "02261": (("02063", "02066"),),  # Valdez-Cordova, divided into Chugach and Copper River in 2019
    "02063": (("02261",),),
    "02066": (("02261",),),
    "02201": (("02198",),),  # Prince of Wales-Outer Ketchikan, mostly Prince of Wales-Hyder since 2008
    "02232": (("02105", "02230"),),  # Skagway-Hoonah-Angoon, divided in 2007
    "02280": (("02195", "02275"),),  # Wrangell-Petersburg, divided in 2008
}
"""By code: the codes that stand for the same place in lists of other years, those tried first in front."""

OTHER_NAMES: dict[tuple[str, str, str], str] = {
    ("46", "county", "shannon"): "46113",
    ("46", "county", "oglalalakota"): "46102",
    ("02", "county", "wadehampton"): "02270",
    ("02", "county", "kusilvak"): "02158",
    ("02", "county", "valdezcordova"): "02261",
    ("02", "county", "chugach"): "02063",
    ("02", "county", "copperriver"): "02066",
    ("02", "county", "princeofwalesouterketchikan"): "02201",
    ("02", "county", "skagwayhoonahangoon"): "02232",
    ("02", "county", "wrangellpetersburg"): "02280",
    ("12", "county", "dade"): "12025",
    ("12", "county", "miamidade"): "12086",
    ("12", "county", "jacksonvilleduval"): "12031",
    ("13", "county", "athensclarke"): "13059",
    ("13", "county", "augustarichmond"): "13245",
    ("13", "county", "columbusmuscogee"): "13215",
    ("13", "county", "maconbibb"): "13021",
    ("18", "county", "indianapolismarion"): "18097",
    ("21", "county", "lexingtonfayette"): "21067",
    ("21", "county", "louisvillejefferson"): "21111",
    ("30", "county", "anacondadeerlodge"): "30023",
    ("30", "county", "buttesilverbow"): "30093",
    ("47", "county", "nashvilledavidson"): "47037",
    ("51", "city", "bedford"): "51515",
    ("51", "city", "cliftonforge"): "51560",
    ("51", "city", "southboston"): "51780",
    ("51", "county", "cliftonforge"): "51560",
    ("51", "county", "southboston"): "51780",
    ("09", "county", "capitol"): "09110",
    ("09", "county", "greaterbridgeport"): "09120",
    ("09", "county", "lowerconnecticutrivervalley"): "09130",
    ("09", "county", "naugatuckvalley"): "09140",
    ("09", "county", "northeasternconnecticut"): "09150",
    ("09", "county", "northwesthills"): "09160",
    ("09", "county", "southcentralconnecticut"): "09170",
    ("09", "county", "southeasternconnecticut"): "09180",
    ("09", "county", "westernconnecticut"): "09190",
}
"""By state, kind and the letters of a name: the code it had."""

REGION_WITHIN = {"09120": "09001", "09170": "09009"}
"""Planning regions of Connecticut (counties for the Census since 2022) that lie within one of its old counties."""

REGIONS_ACROSS = {
    "09110": "Hartford and Tolland",
    "09130": "Middlesex and New London",
    "09140": "New Haven, Litchfield, Hartford and Fairfield",
    "09150": "Windham, Tolland and New London",
    "09160": "Litchfield and Hartford",
    "09180": "New London and Windham",
    "09190": "Fairfield and Litchfield",
}
"""Planning regions that lie across several old counties, so that none of these stands for them."""
