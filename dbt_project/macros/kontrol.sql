{#- What kind of period it is, as the source writes it: `M`, `K`, `Q` or `QMAT`. -#}
{% macro periode_art(periode) -%}
    regexp_extract({{ periode }}, '^\d{4}([A-Z]+)\d+$', 1)
{%- endmacro %}

{#-
    Number of a period on an axis without gaps: months of a year × 12, quarters × 4. A moving
    annual total has the number of the quarter that it ends with.
-#}
{% macro periode_nr(periode) -%}
    case
        when substr({{ periode }}, 5, 1) = 'M'
            then cast(left({{ periode }}, 4) as integer) * 12
            + cast(substr({{ periode }}, 6) as integer)
        when substr({{ periode }}, 5, 1) in ('K', 'Q')
            then cast(left({{ periode }}, 4) as integer) * 4
            + cast(right({{ periode }}, 1) as integer)
    end
{%- endmacro %}

{#- The period of this kind that has this number; StatBank's quarters have one digit. -#}
{% macro periode_tekst(nr, art) -%}
    case
        when {{ nr }} is null then ''
        else concat(
            ({{ nr }} - 1) // {{ perioder_pr_aar(art) }},
            {{ art }},
            lpad(
                cast(({{ nr }} - 1) % {{ perioder_pr_aar(art) }} + 1 as varchar),
                case when {{ art }} = 'K' then 1 else 2 end,
                '0'
            )
        )
    end
{%- endmacro %}

{% macro perioder_pr_aar(art) -%}
    case when {{ art }} = 'M' then 12 else 4 end
{%- endmacro %}

{#- A number in a sentence: 91.583 or 2,5. Missing: "skjult". -#}
{% macro dansk_tal(tal, decimaler=0) -%}
    coalesce(
        translate(
            format('{:,.{{ decimaler }}f}', cast({{ tal }} as double)), ',.', '.,'
        ),
        'skjult'
    )
{%- endmacro %}

{#- A name's genitive: Skives, Randers'. -#}
{% macro ejefald(navn) -%}
    concat(
        {{ navn }}, case when right({{ navn }}, 1) in ('s', 'x', 'z') then '''' else 's' end
    )
{%- endmacro %}

{#-
    How far two columns lie from each other, kommune by kommune: the mean square. Counts are put on
    one level first and measured on the root scale, where their noise is alike:
    4 / n · sum((sqrt(a) - sqrt(b · A / B))²), where A and B are the sums, is what stands here.
-#}
{% macro kolonneafstand(a, b, er_tal) -%}
    greatest(
        case
            when bool_and({{ er_tal }})
                then
                    8 * (
                        sum({{ a }})
                        - sqrt(abs(sum({{ a }}) / nullif(sum({{ b }}), 0)))
                        * sum(sqrt(abs({{ a }} * {{ b }})))
                    )
            else sum(power({{ a }} - {{ b }}, 2))
        end / count(*),
        0
    )
{%- endmacro %}
