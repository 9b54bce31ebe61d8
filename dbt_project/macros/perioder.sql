{#-
    First day of a period: `2026M07` is a month, `2026K3` (Jobindsats: `2026Q03`) a quarter and
    `2020QMAT02` a moving annual total, the 12 months that end with the quarter: July 2019 to
    June 2020. Else null.
-#}
{% macro periode_start(periode) -%}
    case
        when regexp_full_match({{ periode }}, '\d{4}M(0[1-9]|1[0-2])')
            then make_date(
                cast(left({{ periode }}, 4) as integer),
                cast(right({{ periode }}, 2) as integer),
                1
            )
        when regexp_full_match({{ periode }}, '\d{4}(K|Q0?)[1-4]')
            then make_date(
                cast(left({{ periode }}, 4) as integer),
                cast(right({{ periode }}, 1) as integer) * 3 - 2,
                1
            )
        when regexp_full_match({{ periode }}, '\d{4}QMAT0[1-4]')
            then cast(
                make_date(
                    cast(left({{ periode }}, 4) as integer),
                    cast(right({{ periode }}, 1) as integer) * 3,
                    1
                ) - interval 11 month as date
            )
    end
{%- endmacro %}

{#-
    Last month of a period that is a year (`2018`), a quarter, a moving annual total or a month;
    as its first day.
-#}
{% macro periode_sidste_maaned(periode) -%}
    case
        when regexp_full_match({{ periode }}, '\d{4}')
            then make_date(cast({{ periode }} as integer), 12, 1)
        when {{ periode }} like '____M__' then {{ periode_start(periode) }}
        when {{ periode }} like '____QMAT__'
            then cast({{ periode_start(periode) }} + interval 11 month as date)
        else cast({{ periode_start(periode) }} + interval 2 month as date)
    end
{%- endmacro %}

{#- First month of a period that is a year, a quarter or a month. -#}
{% macro periode_foerste_maaned(periode) -%}
    case
        when regexp_full_match({{ periode }}, '\d{4}')
            then make_date(cast({{ periode }} as integer), 1, 1)
        else {{ periode_start(periode) }}
    end
{%- endmacro %}

{#- A month's date as the sources write it. -#}
{% macro maaned_som_periode(dato) -%}
    strftime({{ dato }}, '%YM%m')
{%- endmacro %}

{#- "maj 2018". -#}
{% macro maaned_navn(dato) -%}
    list_extract([
        'januar', 'februar', 'marts', 'april', 'maj', 'juni', 'juli', 'august',
        'september', 'oktober', 'november', 'december'
    ], month({{ dato }})) || ' ' || year({{ dato }})
{%- endmacro %}
