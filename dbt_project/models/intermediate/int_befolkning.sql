with obs as (
    select * from {{ ref('int_obs') }}
    where kilde = 'statbank' and gyldig_til is null
),

daekning as (
    select
        tabel_id,
        maaling_id,
        dimensioner,
        periode,
        max(hentet_utc) as hentet_utc
    from {{ ref('int_daekning') }}
    where kilde = 'statbank'
    group by tabel_id, maaling_id, dimensioner, periode
),

aldre as (
    select
        obs.*,
        daekning.hentet_utc,
        try_cast(regexp_extract(obs.dimensioner, '^ALDER=(\d+)$', 1) as integer) as alder
    from obs
    inner join daekning
        on
            obs.tabel_id = daekning.tabel_id
            and obs.maaling_id = daekning.maaling_id
            and obs.dimensioner = daekning.dimensioner
            and obs.periode = daekning.periode
),

-- 51 ages from 16 to 66; with one of them missing there is no population.
sum_16_66 as (
    select
        tabel_id,
        omraade_kode,
        periode,
        {{ periode_start('periode') }} as kvartal,
        sum(vaerdi) as befolkning,
        {{ samlet_status('status', 51) }} as befolkning_status,
        sum(vaerdi) filter (where alder <= 29) as befolkning_16_29,
        {{ samlet_status("case when alder <= 29 then status end", 14) }}
            as befolkning_16_29_status,
        bool_or(oprindelse = 'genereret') as er_syntetisk,
        max(hentet_utc) as hentet_utc
    from aldre
    where alder between 16 and 66
    group by tabel_id, omraade_kode, periode
),

final as (
    select
        tabel_id,
        omraade_kode,
        periode,
        kvartal,
        case when befolkning_status = 'A' then cast(befolkning as integer) end as befolkning,
        befolkning_status,
        case when befolkning_16_29_status = 'A' then cast(befolkning_16_29 as integer) end
            as befolkning_16_29,
        befolkning_16_29_status,
        er_syntetisk,
        hentet_utc
    from sum_16_66
)

select * from final
