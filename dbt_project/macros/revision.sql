{#-
    Series of like size are revised alike: a class follows from the figure before the revision.
    The whole country is a class of its own, so is what belongs to no kommune, and so are percents,
    which are rounded.
-#}
{% macro stoerrelse(omraade_art, enhed, vaerdi) -%}
    case
        when {{ enhed }} = 'pct' then 'pct'
        when {{ omraade_art }} <> 'kommune' then {{ omraade_art }}
        when {{ vaerdi }} < 50 then 'under_50'
        when {{ vaerdi }} < 200 then '50_199'
        when {{ vaerdi }} < 1000 then '200_999'
        else 'fra_1000'
    end
{%- endmacro %}

{#-
    Ages that are pooled: one month, two, three to twelve, older. A newest month that is changed
    without a new one has not had its first revision and counts with those of one month.
-#}
{% macro aldersklasse(alder_mdr) -%}
    case
        when {{ alder_mdr }} <= 1 then 1
        when {{ alder_mdr }} = 2 then 2
        when {{ alder_mdr }} <= 12 then 3
        else 13
    end
{%- endmacro %}

{#- The largest change that is usual, in the figure's own unit. -#}
{% macro revisionsgraense(vaerdi, p99_pct, mindst, faktor) -%}
    greatest({{ mindst }}, {{ faktor }} * {{ p99_pct }} / 100.0 * abs({{ vaerdi }}))
{%- endmacro %}

{#-
    The upper quantile: a figure that was observed, and that at least the share lies at or below.
-#}
{% macro oevre_kvantil(liste, andel) -%}
    list_extract(
        list_sort({{ liste }}),
        cast(ceil({{ andel }} * (len({{ liste }}) - 1)) as bigint) + 1
    )
{%- endmacro %}

{#- The same where the unchanged, whose number is known, are zeros that are not in the list. -#}
{% macro kvantil_med_nuller(liste, antal, andel) -%}
    {{ oevre_kvantil(
        "list_resize(" ~ liste ~ ", cast(" ~ antal ~ " as bigint), cast(0 as double))", andel
    ) }}
{%- endmacro %}
