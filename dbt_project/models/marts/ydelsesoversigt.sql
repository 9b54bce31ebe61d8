with oversigt as (
    select * from {{ ref('int_oversigt') }}
),

befolkning as (
    select * from {{ ref('int_befolkning') }}
    where befolkning_status = 'A'
),

-- A month uses its own quarter's population, or the newest before it.
med_befolkning as (
    select
        oversigt.*,
        befolkning.befolkning,
        befolkning.er_syntetisk as befolkning_er_syntetisk
    from oversigt
    asof left join befolkning
        on
            oversigt.kommune_kode = befolkning.omraade_kode
            and oversigt.maaned >= befolkning.kvartal
),

final as (
    select
        kommune_kode,
        kommune_navn,
        raekke_nr,
        foraelder_nr,
        ydelsesgruppe,
        oversigt_fra,
        oversigt_til,
        {{ maaned_som_periode('maaned') }} as periode,
        maaned,
        maaned >= coalesce(oversigt_fra, maaned) as er_gaeldende,
        cast(antal_fuldtidspersoner as decimal(18, 3)) as antal_fuldtidspersoner,
        antal_status,
        befolkning,
        {{ kvotient_halvt_op('100 * antal_fuldtidspersoner', 'befolkning', '1') }}
            as andel_befolkning_pct,
        andel_kilde_pct,
        er_foreloebig,
        er_syntetisk as antal_er_syntetisk,
        -- The percent rests on the population as well.
        er_syntetisk
        or (antal_fuldtidspersoner is not null and coalesce(befolkning_er_syntetisk, false))
            as er_syntetisk,
        tabel_id,
        hentet_utc
    from med_befolkning
)

select * from final
order by kommune_kode, maaned, raekke_nr
