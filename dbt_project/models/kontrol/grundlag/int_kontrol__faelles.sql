{{ config(materialized='table') }}
-- One row: what all tables share and no table can be judged without.

with omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
    where omraade_art = 'kommune'
),

vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

kilder as (
    select * from {{ ref('kilder') }}
),

diskretion as (
    select * from {{ ref('int_kontrol__f18_diskretion') }}
    where er_vores
),

dobbelt_doemte as (
    select 1 as en
    from vintager
    group by scenarie, kilde, tabel_id
    having count(*) > 1
),

dobbelte as (
    select 1 as en
    from celler
    group by scenarie, serie_id, omraade_nr, periode_nr
    having count(*) > 1
),

final as (
    select
        (select count(distinct omraader.omraade_kode) from omraader) as antal_kommuner,
        (select count(*) from dobbelt_doemte) as dobbelte_udgaver,
        (select count(*) from dobbelte) as dobbelte_celler,
        (
            select count(*) from vintager
            anti join kilder
                on
                    vintager.kilde = kilder.kilde
                    and vintager.tabel_id = kilder.tabel_id
        ) as ukendte_kilder,
        (select count(*) from diskretion) as aabnede_tal
)

select * from final
