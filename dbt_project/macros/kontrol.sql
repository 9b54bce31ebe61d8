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
    How far two columns lie from each other, kommune by kommune: the mean square, after the second is
    put on the first's level (k = A / B, where A and B are the sums; 0 where B is 0). A month in
    which the country moves would else be far from every month, and one in which it stands still a
    copy. Counts are measured on the root scale, where their noise is alike: what stands here is
    4 / n · sum((sqrt(a) - sqrt(k · b))²); percents on their own: 1 / n · sum((a - k · b)²).
-#}
{% macro kolonneafstand(a, b, er_tal) -%}
    {%- set k = 'coalesce(sum(' ~ a ~ ') / nullif(sum(' ~ b ~ '), 0), 0)' -%}
    greatest(
        case
            when bool_and({{ er_tal }})
                then
                    8 * (
                        sum({{ a }})
                        - sqrt(abs({{ k }})) * sum(sqrt(abs({{ a }} * {{ b }})))
                    )
            else
                sum({{ a }} * {{ a }})
                - 2 * {{ k }} * sum({{ a }} * {{ b }})
                + {{ k }} * {{ k }} * sum({{ b }} * {{ b }})
        end / count(*),
        0
    )
{%- endmacro %}

{#-
    How many kommuner a column must have to be compared with another. Percents have one decimal: of
    few several are alike, and in a calm month all of them stand still.
-#}
{% macro kommuner_mindst(g, er_tal) -%}
    case
        when {{ er_tal }} then {{ graense(g, 'f16_kommuner_mindst') }}
        else {{ graense(g, 'pct_kommuner_mindst') }}
    end
{%- endmacro %}

{#-
    What a rule found: a row a finding, and one row for all else that it looked at in the same
    table and month. `doemte` is a CTE with one row a judged cell; a row is tested where `testet`
    holds, the others are what the rule had no power over.
-#}
{% macro fund_og_maalt(doemte, testet) -%}
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then serie_id end as serie_id,
        periode_nr,
        case when er_fund then omraade_nr end as omraade_nr,
        regel_id,
        er_fund,
        count(*) filter (where {{ testet }}) as testet,
        count(*) filter (where not ({{ testet }})) as uden_styrke,
        any_value(vaerdi) filter (where er_fund) as vaerdi,
        any_value(forventet) filter (where er_fund) as forventet,
        cast(max(score) as double) as score,
        cast(max(graense) as double) as graense,
        case when er_fund then besked end as besked
    from {{ doemte }}
    group by all
{%- endmacro %}

{#-
    Many kommuner off in the same month: one finding on the series. `maaneder` is a CTE with one
    row a series and month: `kommuner` that were judged, `afvigende` among them.
-#}
{% macro flere_kommuner(maaneder, regel_id, antal_stop, besked) -%}
    select
        scenarie,
        kilde,
        tabel_id,
        case when afvigende >= {{ antal_stop }} then serie_id end as serie_id,
        periode_nr,
        cast(null as integer) as omraade_nr,
        '{{ regel_id }}' as regel_id,
        afvigende >= {{ antal_stop }} as er_fund,
        count(*) filter (where kommuner > 0) as testet,
        count(*) filter (where kommuner = 0) as uden_styrke,
        any_value(cast(afvigende as double)) filter (where afvigende >= {{ antal_stop }}) as vaerdi,
        cast(null as double) as forventet,
        cast(max(afvigende) as double) as score,
        cast({{ antal_stop }} - 1 as double) as graense,
        case when afvigende >= {{ antal_stop }} then {{ besked }} end as besked
    from {{ maaneder }}
    group by all
{%- endmacro %}

{#-
    Each judged pair of months (`dom`) with the pairs of its series in the months before (`foer`),
    as many as a history holds.
-#}
{% macro par_og_maanederne_foer() -%}
    par as dom
    left join par as foer
        on
            dom.scenarie = foer.scenarie
            and dom.serie_id = foer.serie_id
            and not foer.er_dom
            and dom.periode_nr > foer.periode_nr
            and dom.periode_nr <= foer.periode_nr + {{ graense(graenser(), 'f6_historik') }}
    where dom.er_dom
    group by dom.scenarie, dom.serie_id, dom.periode_nr
{%- endmacro %}
