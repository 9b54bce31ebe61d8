-- The numbers of the sentences about a month, one row a group. A kommune counts in the range only
-- with enough persons (`joblog_spaend_antal_mindst`); a smaller one outside the range is named.

with daekningsgrad as (
    select * from {{ ref('joblog_daekningsgrad') }}
),

landet as (
    select
        *,
        first_value(periode) over gruppe as foerste_periode,
        first_value(andel_pct) over gruppe as foerste_andel_pct,
        first_value(er_syntetisk) over gruppe as foerste_er_syntetisk
    from daekningsgrad
    where omraade_art = 'land'
    window gruppe as (partition by ydelsesgruppe order by maaned)
),

kommuner as (
    select
        *,
        coalesce(antal_beroerte >= {{ var('joblog_spaend_antal_mindst') }}, false) as er_stor
    from daekningsgrad
    where omraade_art = 'kommune'
),

spaend as (
    select
        ydelsesgruppe,
        periode,
        count(*) as kommuner,
        count(andel_pct) as kommuner_med_andel,
        count(andel_pct) filter (where er_stor) as kommuner_i_spaend,
        arg_min(omraade_navn, row(-andel_pct, omraade_navn)) filter (
            where er_stor and andel_pct is not null
        ) as hoejest_navn,
        max(andel_pct) filter (where er_stor) as hoejest_andel_pct,
        arg_min(omraade_navn, row(andel_pct, omraade_navn)) filter (
            where er_stor and andel_pct is not null
        ) as lavest_navn,
        min(andel_pct) filter (where er_stor) as lavest_andel_pct,
        bool_or(er_syntetisk) as er_syntetisk
    from kommuner
    group by ydelsesgruppe, periode
),

udenfor as (
    select
        kommuner.*,
        kommuner.andel_pct > spaend.hoejest_andel_pct as er_over,
        kommuner.andel_pct < spaend.lavest_andel_pct as er_under
    from kommuner
    inner join spaend
        on
            kommuner.ydelsesgruppe = spaend.ydelsesgruppe
            and kommuner.periode = spaend.periode
    where not kommuner.er_stor and kommuner.antal_beroerte is not null
),

yderste as (
    select
        ydelsesgruppe,
        periode,
        count(*) filter (where er_over) as over_kommuner,
        arg_min(omraade_navn, row(-andel_pct, omraade_navn)) filter (where er_over) as over_navn,
        arg_min(andel_pct, row(-andel_pct, omraade_navn)) filter (where er_over) as over_andel_pct,
        arg_min(antal_beroerte, row(-andel_pct, omraade_navn)) filter (where er_over) as over_antal,
        count(*) filter (where er_under) as under_kommuner,
        arg_min(omraade_navn, row(andel_pct, omraade_navn)) filter (where er_under) as under_navn,
        arg_min(andel_pct, row(andel_pct, omraade_navn)) filter (where er_under) as under_andel_pct,
        arg_min(antal_beroerte, row(andel_pct, omraade_navn)) filter (where er_under) as under_antal
    from udenfor
    group by ydelsesgruppe, periode
),

final as (
    select
        landet.ydelsesgruppe,
        landet.periode,
        landet.maaned,
        landet.antal_beroerte,
        landet.antal_status,
        landet.andel_pct,
        landet.andel_status,
        {{ kvotient_halvt_op('landet.andel_pct', 1, 0) }} as andel_hel_pct,
        landet.foerste_periode,
        {{ kvotient_halvt_op('landet.foerste_andel_pct', 1, 0) }} as foerste_andel_hel_pct,
        cast(spaend.kommuner as integer) as kommuner,
        cast(spaend.kommuner_med_andel as integer) as kommuner_med_andel,
        cast({{ var('joblog_spaend_antal_mindst') }} as integer) as spaend_antal_mindst,
        cast(spaend.kommuner_i_spaend as integer) as kommuner_i_spaend,
        spaend.hoejest_navn,
        {{ kvotient_halvt_op('spaend.hoejest_andel_pct', 1, 0) }} as hoejest_hel_pct,
        spaend.lavest_navn,
        {{ kvotient_halvt_op('spaend.lavest_andel_pct', 1, 0) }} as lavest_hel_pct,
        cast(coalesce(yderste.over_kommuner, 0) as integer) as over_kommuner,
        yderste.over_navn,
        yderste.over_andel_pct,
        yderste.over_antal,
        cast(coalesce(yderste.under_kommuner, 0) as integer) as under_kommuner,
        yderste.under_navn,
        yderste.under_andel_pct,
        yderste.under_antal,
        landet.er_syntetisk or landet.foerste_er_syntetisk or spaend.er_syntetisk as er_syntetisk
    from landet
    inner join spaend
        on
            landet.ydelsesgruppe = spaend.ydelsesgruppe
            and landet.periode = spaend.periode
    left join yderste
        on
            landet.ydelsesgruppe = yderste.ydelsesgruppe
            and landet.periode = yderste.periode
)

select * from final
