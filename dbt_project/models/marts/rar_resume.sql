-- Which figures a group's resume is about, in the judged month: one row a sentence.

with status as (
    select * from {{ ref('rar_status') }}
    where er_bedoemt
),

grupper as (
    select * from status
    where gruppe_art not in ('kommune', 'land')
),

-- What the resume begins with: the first line, as a rule all on offentlig forsørgelse.
foerste as (
    select * from grupper
    qualify linje_nr = min(linje_nr) over ()
),

-- Kommuner of the group with a figure, highest and lowest; those that are alike are all named.
spredning as (
    select
        foerste.gruppe_id,
        max(kommune.andel_pct) as hoejest_pct,
        min(kommune.andel_pct) as lavest_pct
    from foerste
    inner join {{ ref('dim_gruppe') }} as medlem
        on
            foerste.gruppe_id = medlem.gruppe_id
            and foerste.maaned between medlem.gyldig_fra
            and coalesce(medlem.gyldig_til, date '9999-12-31')
    inner join status as kommune
        on medlem.kommune_kode = kommune.gruppe_id and foerste.linje_nr = kommune.linje_nr
    group by foerste.gruppe_id
),

yderst as (
    select
        foerste.gruppe_id,
        any_value(spredning.hoejest_pct) as hoejest_pct,
        any_value(spredning.lavest_pct) as lavest_pct,
        string_agg(
            case when kommune.andel_pct = spredning.hoejest_pct then medlem.kommune_navn end,
            ', ' order by medlem.kommune_navn
        ) as hoejest,
        string_agg(
            case when kommune.andel_pct = spredning.lavest_pct then medlem.kommune_navn end,
            ', ' order by medlem.kommune_navn
        ) as lavest
    from foerste
    inner join spredning
        on foerste.gruppe_id = spredning.gruppe_id
    inner join {{ ref('dim_gruppe') }} as medlem
        on
            foerste.gruppe_id = medlem.gruppe_id
            and foerste.maaned between medlem.gyldig_fra
            and coalesce(medlem.gyldig_til, date '9999-12-31')
    inner join status as kommune
        on medlem.kommune_kode = kommune.gruppe_id and foerste.linje_nr = kommune.linje_nr
    group by foerste.gruppe_id
    having min(spredning.lavest_pct) < max(spredning.hoejest_pct)
),

-- A run-off is not a fall to tell of.
fald as (
    select * from grupper
    where er_del and antal_aendring < 0 and not er_afloeb
    qualify row_number() over (partition by gruppe_id order by antal_aendring asc, linje_nr asc) = 1
),

stigning as (
    select * from grupper
    where er_del and antal_aendring > 0
    qualify row_number() over (
        partition by gruppe_id order by antal_aendring desc, linje_nr asc
    ) = 1
),

valgte as (
    select
        1 as saetning_nr,
        'andel' as saetning,
        foerste.*
    from foerste
    union all
    select
        2 as saetning_nr,
        'spredning' as saetning,
        foerste.*
    from foerste
    semi join yderst
        on foerste.gruppe_id = yderst.gruppe_id
    union all
    select
        3 as saetning_nr,
        'fald' as saetning,
        fald.*
    from fald
    union all
    select
        4 as saetning_nr,
        'stigning' as saetning,
        stigning.*
    from stigning
),

final as (
    select
        valgte.gruppe_id,
        valgte.gruppe_art,
        valgte.gruppe_navn,
        valgte.saetning_nr,
        valgte.saetning,
        valgte.linje_navn,
        valgte.periode,
        {{ maaned_som_periode('valgte.maaned - interval 12 month') }} as periode_foer,
        valgte.antal,
        valgte.antal_foer,
        valgte.antal_aendring,
        valgte.andel_pct,
        valgte.andel_foer_pct,
        valgte.land_andel_pct,
        valgte.antal_kommuner,
        valgte.kommuner_uden_tal,
        yderst.hoejest as kommuner_hoejest,
        yderst.hoejest_pct as andel_hoejest_pct,
        yderst.lavest as kommuner_lavest,
        yderst.lavest_pct as andel_lavest_pct,
        valgte.er_syntetisk
    from valgte
    left join yderst
        on valgte.gruppe_id = yderst.gruppe_id and valgte.saetning = 'spredning'
)

select * from final
order by gruppe_art, gruppe_id, saetning_nr
