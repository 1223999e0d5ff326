"""The terminal UI: looks at an Inspection, and holds nothing of its own but what is shown.

Pure, and tested without a terminal:

    actions     everything a person can do: keys, footer, help and palette are made of it
    lens        which paths are shown, what stands there, how many bytes each holds
    rows        the rows of a tree that is opened here and closed there; waste_rows, those of the list of waste
    advice_rows, diff_rows, found_rows: of advice, of what has changed since another image, of what contents hold
    matching    the filter's language; listing, lists that it narrows
    browser     what is looked at, and the rows that follow from it; order, all of that asked for at one moment
    columns     a path as the cells of a row; look, the signs and bars in them; wording, what panes say in words,
                config_words, of the config
    treemap     bytes as areas; content, a file's bytes as lines; bodies, where these are read
    desk        what lies open; doors, what is asked of the outside; reading, how far the layers are read

With Textual: app (loads, owns themes and keys), themes, palette, screens/ and widgets/.
"""
