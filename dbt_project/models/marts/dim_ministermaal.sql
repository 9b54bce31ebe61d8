with maal as (
    select * from {{ ref('ministermaal') }}
),

udgaver as (
    select
        ministermaal_aar,
        udgave,
        udmeldt,
        lag(udgave) over aaret is not null as har_forrige,
        lead(udmeldt) over aaret as naeste_udmeldt
    from {{ ref('ministermaal_udgaver') }}
    window aaret as (
        partition by ministermaal_aar order by udgave
    )
),

-- Before the first edition there was none to choose instead.
final as (
    select
        maal.ministermaal_aar,
        maal.udgave,
        maal.ministermaal_nr,
        maal.ministermaal,
        maal.tema,
        udgaver.udmeldt,
        case when udgaver.har_forrige then udgaver.udmeldt end as gyldig_fra,
        cast(udgaver.naeste_udmeldt - interval 1 day as date) as gyldig_til,
        maal.indikator_status,
        maal.indikator,
        maal.bemaerkning,
        maal.kilde
    from maal
    inner join udgaver
        on
            maal.ministermaal_aar = udgaver.ministermaal_aar
            and maal.udgave = udgaver.udgave
)

select * from final
order by ministermaal_aar, udgave, ministermaal_nr
