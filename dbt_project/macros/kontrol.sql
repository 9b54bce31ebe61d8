{#- Number of a period on an axis without gaps: months of a year × 12, quarters × 4. -#}
{% macro periode_nr(periode) -%}
    case
        when substr({{ periode }}, 5, 1) = 'M'
            then cast(left({{ periode }}, 4) as integer) * 12
            + cast(substr({{ periode }}, 6) as integer)
        when substr({{ periode }}, 5, 1) in ('K', 'Q')
            then cast(left({{ periode }}, 4) as integer) * 4
            + cast(substr({{ periode }}, 6) as integer)
    end
{%- endmacro %}

{#- The period that has this number; `pr_aar` is 12 for months, 4 for quarters. -#}
{% macro periode_tekst(nr, pr_aar) -%}
    case
        when {{ nr }} is null then ''
        else concat(
            ({{ nr }} - 1) // {{ pr_aar }},
            case when {{ pr_aar }} = 12 then 'M' else 'K' end,
            lpad(
                cast(({{ nr }} - 1) % {{ pr_aar }} + 1 as varchar),
                case when {{ pr_aar }} = 12 then 2 else 1 end,
                '0'
            )
        )
    end
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
