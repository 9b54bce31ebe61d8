-- The revision triangle: what a release did to each month, by the month's age.

with celler as (
    select * from {{ ref('int_revision__celler') }}
    where foer_vaerdi is not null and efter_vaerdi is not null
),

kommuner as (
    select
        kilde,
        tabel_id,
        maaling_navn,
        dimensioner,
        enhed,
        frigivelse,
        er_ny_maaned,
        periode,
        maaned,
        alder_mdr,
        count(*) as antal_kommuner,
        count(*) filter (where aendring <> 0) as antal_aendret,
        avg(aendring) as middel_aendring,
        max(abs(aendring)) as stoerste_aendring,
        list(100 * cast(abs(aendring) as double) / foer_vaerdi) filter (where foer_vaerdi <> 0)
            as aendringer_pct,
        bool_or(oprindelse = 'genereret') as er_syntetisk
    from celler
    where omraade_art = 'kommune'
    group by all
),

landet as (
    select * from celler
    where omraade_art = 'land'
),

dimensioner as (
    select * from {{ ref('int_dimensioner') }}
),

final as (
    select
        kommuner.kilde,
        kommuner.tabel_id,
        kommuner.maaling_navn,
        dimensioner.ydelsesgruppe,
        kommuner.dimensioner,
        kommuner.enhed,
        kommuner.frigivelse,
        kommuner.er_ny_maaned,
        kommuner.periode,
        kommuner.maaned,
        kommuner.alder_mdr,
        cast(kommuner.antal_kommuner as integer) as antal_kommuner,
        cast(kommuner.antal_aendret as integer) as antal_aendret,
        {{ kvotient_halvt_op('100 * kommuner.antal_aendret', 'kommuner.antal_kommuner', 1) }}
            as andel_aendret_pct,
        cast(kommuner.middel_aendring as decimal(18, 3)) as middel_aendring,
        cast(kommuner.stoerste_aendring as decimal(18, 3)) as stoerste_aendring,
        cast({{ oevre_kvantil('kommuner.aendringer_pct', 0.5) }} as decimal(18, 2))
            as median_pct,
        cast({{ oevre_kvantil('kommuner.aendringer_pct', 0.95) }} as decimal(18, 2))
            as p95_pct,
        cast({{ oevre_kvantil('kommuner.aendringer_pct', 0.99) }} as decimal(18, 2))
            as p99_pct,
        landet.foer_vaerdi as land_foer,
        landet.efter_vaerdi as land_efter,
        {{ kvotient_halvt_op('100 * landet.aendring', 'landet.foer_vaerdi', 3) }}
            as land_aendring_pct,
        kommuner.er_syntetisk
    from kommuner
    left join landet
        on
            kommuner.kilde = landet.kilde
            and kommuner.tabel_id = landet.tabel_id
            and kommuner.maaling_navn = landet.maaling_navn
            and kommuner.dimensioner = landet.dimensioner
            and kommuner.frigivelse = landet.frigivelse
            and kommuner.periode = landet.periode
    left join dimensioner
        on
            kommuner.tabel_id = dimensioner.tabel_id
            and kommuner.dimensioner = dimensioner.dimensioner
)

select * from final
