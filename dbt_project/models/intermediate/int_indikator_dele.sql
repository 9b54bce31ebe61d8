with indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

broer as (
    select
        *,
        coalesce(dimensioner, '') as ny_dimensioner
    from {{ ref('serie_bro') }}
),

daekning as (
    select * from {{ ref('int_daekning') }}
),

maalinger as (
    select * from {{ ref('int_maalinger') }}
),

-- From here on the new series is the indicator's: as stated, or its own first month.
skift as (
    select
        indikatorer.indikator_id,
        coalesce(
            max(
                case
                    when day(broer.fra) = 1 then broer.fra
                    else date_trunc('month', broer.fra) + interval 1 month
                end
            ),
            min({{ periode_start('daekning.periode') }})
        ) as ny_fra
    from indikatorer
    inner join broer
        on indikatorer.bro_id = broer.bro_id
    left join maalinger
        on
            indikatorer.tabel_id = maalinger.tabel_id
            and indikatorer.maaling_navn = maalinger.maaling_navn
    left join daekning
        on
            maalinger.kilde = daekning.kilde
            and maalinger.tabel_id = daekning.tabel_id
            and maalinger.maaling_id = daekning.maaling_id
            and broer.ny_dimensioner = daekning.dimensioner
    group by indikatorer.indikator_id
),

egne as (
    select
        indikatorer.indikator_id,
        indikatorer.tabel_id,
        indikatorer.maaling_navn,
        unnest(indikatorer.dimensioner) as dimensioner,
        false as er_bro,
        cast(skift.ny_fra as date) as fra_maaned,
        cast(null as date) as til_maaned
    from indikatorer
    left join skift
        on indikatorer.indikator_id = skift.indikator_id
),

gamle as (
    select
        indikatorer.indikator_id,
        broer.del_tabel_id as tabel_id,
        indikatorer.maaling_navn,
        coalesce(broer.del_dimensioner, '') as dimensioner,
        true as er_bro,
        cast(date_trunc('month', broer.del_fra) as date) as fra_maaned,
        cast(skift.ny_fra - interval 1 month as date) as til_maaned
    from indikatorer
    inner join broer
        on indikatorer.bro_id = broer.bro_id
    left join skift
        on indikatorer.indikator_id = skift.indikator_id
),

final as (
    select * from egne
    union all
    select * from gamle
)

select * from final
