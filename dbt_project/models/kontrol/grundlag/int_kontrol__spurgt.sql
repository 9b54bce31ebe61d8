{{ config(materialized='table') }}
-- What the judged vintages hold as they landed, before anything was made of it: one row a
-- series and area.

with serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

celler as (
    select * from {{ ref('stg_landing__celler') }}
    where fil in (select vintager.fil from vintager)
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

talte as (
    select
        fil,
        maaling_id,
        dimensioner,
        omraade,
        count(*) as raekker,
        count(distinct periode) as perioder,
        count(*) filter (where raekke_mangler) as mangler
    from celler
    group by all
),

final as (
    select
        serier.serie_id,
        talte.omraade,
        coalesce(navne.omraade_nr, koder.omraade_nr) as omraade_nr,
        coalesce(navne.omraade_art, koder.omraade_art) as omraade_art,
        talte.raekker,
        talte.perioder,
        talte.mangler
    from talte
    inner join vintager
        on talte.fil = vintager.fil
    inner join serier
        on
            vintager.scenarie = serier.scenarie
            and vintager.kilde = serier.kilde
            and vintager.tabel_id = serier.tabel_id
            and talte.maaling_id = serier.maaling_id
            and talte.dimensioner = serier.dimensioner
    left join omraader as navne
        on talte.omraade = navne.omraade_navn
    left join omraader as koder
        on talte.omraade = koder.omraade_kode
)

select * from final
