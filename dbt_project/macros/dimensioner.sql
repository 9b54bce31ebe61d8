{#-
    True if what is stated for `del` holds for a cell with `dimensioner`: every part of `del`
    stands in it. An empty `del` holds for the whole table.
-#}
{% macro gaelder(dimensioner, del) -%}
    (
        {{ del }} is null
        or list_has_all(
            string_split({{ dimensioner }}, '|'), string_split({{ del }}, '|')
        )
    )
{%- endmacro %}
