-- Every series that is forecast, as the months that count: a value, not provisional, not broken.

with indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

maaneder as (
    select * from {{ ref('int_indikator_maaneder') }}
),

oversigt as (
    select * from {{ ref('int_oversigt') }}
),

grupper as (
    select * from {{ ref('int_ydelsesgrupper') }}
),

indikator_brud as (
    select * from {{ ref('int_indikator_brud') }}
    where virkning in ('databrud', 'afloeb', 'suspension')
),

brudmaaneder as (
    select * from {{ ref('int_brudmaaneder') }}
),

tal as (
    select
        'indikator' as serie_art,
        indikatorer.indikator_id as serie_id,
        indikatorer.indikator_navn as serie_navn,
        indikatorer.tabel_id,
        indikatorer.enhed,
        indikatorer.decimaler,
        maaneder.kommune_kode,
        maaneder.maaned,
        maaneder.vaerdi,
        maaneder.er_syntetisk
    from maaneder
    inner join indikatorer
        on maaneder.indikator_id = indikatorer.indikator_id
    where maaneder.status = 'A' and not maaneder.er_foreloebig
    union all
    select
        'ydelsesgruppe' as serie_art,
        'raekke_' || raekke_nr as serie_id,
        ydelsesgruppe as serie_navn,
        tabel_id,
        'fuldtidspersoner' as enhed,
        0 as decimaler,
        kommune_kode,
        maaned,
        antal_fuldtidspersoner as vaerdi,
        er_syntetisk
    from oversigt
    where antal_status = 'A' and not er_foreloebig
),

-- A break's own months are left out: they belong to neither side.
brud as (
    select
        indikator_id as serie_id,
        cast(unnest(generate_series(
            fra_maaned, coalesce(til_maaned, foerste_hele_maaned), interval 1 month
        )) as date) as brudmaaned
    from indikator_brud
    union
    select
        'raekke_' || grupper.oversigt_nr as serie_id,
        brudmaaneder.maaned as brudmaaned
    from brudmaaneder
    inner join grupper
        on
            brudmaaneder.tabel_id = grupper.tabel_id
            and brudmaaneder.dimensioner = grupper.dimensioner
    where grupper.oversigt_nr is not null
),

uden_brudmaaneder as (
    select tal.*
    from tal
    anti join brud
        on tal.serie_id = brud.serie_id and tal.maaned = brud.brudmaaned
),

final as (
    select
        uden_brudmaaneder.serie_art,
        uden_brudmaaneder.serie_id,
        uden_brudmaaneder.serie_navn,
        uden_brudmaaneder.tabel_id,
        uden_brudmaaneder.enhed,
        uden_brudmaaneder.decimaler,
        uden_brudmaaneder.kommune_kode,
        uden_brudmaaneder.maaned,
        {{ maaned_nr('uden_brudmaaneder.maaned') }} as maaned_nr,
        cast(uden_brudmaaneder.vaerdi as decimal(18, 3)) as vaerdi,
        uden_brudmaaneder.er_syntetisk,
        coalesce({{ maaned_nr('brud.brudmaaned') }}, {{ intet_brud() }}) as naeste_brud_nr
    from uden_brudmaaneder
    asof left join brud
        on
            uden_brudmaaneder.serie_id = brud.serie_id
            and uden_brudmaaneder.maaned < brud.brudmaaned
)

select * from final
