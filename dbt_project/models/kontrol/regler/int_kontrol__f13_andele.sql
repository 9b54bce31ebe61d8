{{ config(materialized='table') }}
{% set g = graenser() %}
-- A percent and the counts it is made of: whole persons (F3), the kommuner weighted together (F4),
-- the quotient across tables (F13).

with celler as (
    select
        *,
        0.5 / pow(10, decimaler) as halvt_trin,
        cast(round(vaerdi * pow(10, decimaler)) as bigint) as trin,
        cast(200 * pow(10, decimaler) as bigint) as trin_i_alt
    from {{ ref('int_kontrol__sammenhoerende') }}
    where relation = 'andel_af'
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

-- F3: k of n is p, rounded half up, when k lies in [n (p - half a step), n (p + half a step)).
hele as (
    select
        *,
        greatest(
            (cast(mod_vaerdi as bigint) * (2 * trin - 1) + trin_i_alt - 1) // trin_i_alt, 0
        ) as mindst,
        least(
            (cast(mod_vaerdi as bigint) * (2 * trin + 1) + trin_i_alt - 1) // trin_i_alt - 1,
            mod_vaerdi
        ) as hoejst,
        floor(mod_vaerdi * vaerdi / 100) as under
    from celler
    where er_samme_tabel and mod_enhed = 'personer' and not har_taeller
),

f3 as (
    select
        *,
        vaerdi is not null and mod_vaerdi <= pow(10, decimaler + 2) as kan_doemmes,
        coalesce(er_kendt, false) as er_set
    from hele
),

f3_doemte as (
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        'F3' as regel_id,
        coalesce(kan_doemmes, false) as har_styrke,
        coalesce(kan_doemmes and mindst > hoejst and not er_set, false) as er_fund,
        vaerdi,
        {{ kvotient_halvt_op('100 * round(mod_vaerdi * vaerdi / 100)', 'mod_vaerdi', 1) }}
            as forventet,
        case when kan_doemmes then cast(mindst > hoejst as integer) end as score,
        0 as graense,
        concat(
            {{ dansk_tal('vaerdi', 1) }}, ' pct. af ', {{ dansk_tal('mod_vaerdi') }},
            ' er ikke hele personer: ', {{ dansk_tal('under') }}, ' af dem er ',
            {{ dansk_tal(kvotient_halvt_op('100 * under', 'mod_vaerdi', 1), 1) }}, ' pct., ',
            {{ dansk_tal('under + 1') }}, ' er ',
            {{ dansk_tal(kvotient_halvt_op('100 * (under + 1)', 'mod_vaerdi', 1), 1) }},
            ' pct. Andelen passer til et andet antal.'
        ) as besked
    from f3
),

-- F13: the percent is that of the two counts. The newest two months were cut at other times.
f13_doemte as (
    select
        scenarie,
        serie_id,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        'F13' as regel_id,
        vaerdi is not null and mod_vaerdi > 0 and taeller is not null as har_styrke,
        vaerdi,
        {{ kvotient_halvt_op('100 * taeller', 'mod_vaerdi', 1) }} as forventet,
        case
            when er_nyeste_to then {{ graense(g, 'f13_nyeste') }}
            else {{ graense(g, 'f13_aeldre') }}
        end as graense,
        taeller,
        mod_vaerdi,
        mod_tabel_id,
        er_nyeste_to,
        coalesce(er_kendt, false) as er_set
    from celler
    where har_taeller and er_sammenlignelig
),

f13_maalte as (
    select
        *,
        round(abs(vaerdi - cast(forventet as double)), 3) as score
    from f13_doemte
),

f4_summer as (
    select
        scenarie,
        sammenhaeng_id,
        serie_id,
        doemt_serie_id,
        periode_nr,
        any_value(er_samme_tabel) as er_samme_tabel,
        any_value(halvt_trin) as halvt_trin,
        any_value(vaerdi) filter (where er_land) as landet,
        bool_and(coalesce(er_kendt, vaerdi is null)) as er_set,
        -- Heads add up to the country's; so what is not visible is known altogether.
        bool_or(er_land and mod_vaerdi is not null) or not any_value(er_samme_tabel) as kendes,
        case
            when any_value(er_samme_tabel)
                then
                    coalesce(any_value(mod_vaerdi) filter (where er_land), 0)
                    - coalesce(sum(mod_vaerdi) filter (where not er_land), 0)
            else 0
        end as usete,
        sum(mod_vaerdi) filter (where not er_land) as sete,
        coalesce(sum(mod_vaerdi) filter (where not er_land and vaerdi is null), 0) as uden_andel,
        -- Heads give exact bounds; across tables the roundings of 98 percents average out.
        sum(
            mod_vaerdi * greatest(vaerdi - halvt_trin * cast(er_samme_tabel as integer), 0)
        ) filter (where not er_land) as mindst,
        sum(
            mod_vaerdi * least(vaerdi + halvt_trin * cast(er_samme_tabel as integer), 100)
        ) filter (where not er_land) as hoejst
    from celler
    where er_sammenlignelig
    group by all
),

f4_graenser as (
    select
        *,
        mindst / nullif(sete + usete, 0) as lav,
        (hoejst + 100 * (uden_andel + usete)) / nullif(sete + usete, 0) as hoej
    from f4_summer
),

f4_doemte as (
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        0 as omraade_nr,
        er_samme_tabel,
        landet as vaerdi,
        (lav + hoej) / 2 as forventet,
        er_set,
        coalesce(
            kendes
            and landet is not null
            and hoej - lav <= {{ graense(g, 'f4_bredde_hoejst') }},
            false
        ) as har_styrke,
        round(greatest(lav - landet, landet - hoej) - halvt_trin, 6) as score,
        cast(
            case when er_samme_tabel then 0 else {{ graense(g, 'f4_tvaers_margen') }} end as double
        ) as graense,
        concat(
            'Landets andel er ', {{ dansk_tal('landet', 1) }},
            ' pct., men kommunernes vejet sammen giver ', {{ dansk_tal('lav', 1) }}, '-',
            {{ dansk_tal('hoej', 1) }},
            ' pct.: andele eller antal er flyttet mellem kommuner.'
        ) as besked
    from f4_graenser
),

doemte as (
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        regel_id,
        har_styrke,
        er_fund,
        vaerdi,
        cast(forventet as double) as forventet,
        cast(score as double) as score,
        cast(graense as double) as graense,
        besked
    from f3_doemte
    union all
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        regel_id,
        coalesce(har_styrke, false) as har_styrke,
        coalesce(score > graense and not er_set, false) as er_fund,
        vaerdi,
        forventet,
        score,
        cast(graense as double) as graense,
        concat(
            'Andelen er ', {{ dansk_tal('vaerdi', 1) }}, ' pct., men ', {{ dansk_tal('taeller') }},
            ' af ', {{ dansk_tal('mod_vaerdi') }}, ' personer (', mod_tabel_id, ') er ',
            {{ dansk_tal('forventet', 1) }}, ' pct.: et af de tre tal er en anden kommunes eller ',
            'måneds.'
        ) as besked
    from f13_maalte
    union all
    select
        scenarie,
        doemt_serie_id,
        periode_nr,
        omraade_nr,
        case when er_samme_tabel then 'F4' else 'F4.tvaers' end as regel_id,
        har_styrke,
        coalesce(har_styrke and score > graense and not er_set, false) as er_fund,
        vaerdi,
        forventet,
        case when har_styrke then score end as score,
        graense,
        besked
    from f4_doemte
    union all
    -- How many kommuner are off in a month: the tables were not cut at the same time.
    select
        scenarie,
        serie_id as doemt_serie_id,
        periode_nr,
        null as omraade_nr,
        'F13.udgave' as regel_id,
        count(score) > 0 as har_styrke,
        count(*) filter (where score > 0)
        > {{ graense(g, 'f13_udgave') }} * count(score) as er_fund,
        null as vaerdi,
        null as forventet,
        count(*) filter (where score > 0) / nullif(count(score), 0) as score,
        {{ graense(g, 'f13_udgave') }} as graense,
        concat(
            count(*) filter (where score > 0), ' af ', count(score), ' andele passer ikke på ',
            'decimalen til antallene i ', any_value(mod_tabel_id),
            ': de to tabeller er opgjort på hver sit tidspunkt.'
        ) as besked
    from f13_maalte
    where er_nyeste_to
    group by all
),

i_tabel as (
    select
        doemte.*,
        serier.kilde,
        serier.tabel_id,
        doemte.doemt_serie_id as serie_id
    from doemte
    inner join serier
        on doemte.doemt_serie_id = serier.serie_id
),

final as (
    {{ fund_og_maalt('i_tabel', testet='har_styrke') }}
)

select * from final
