{{ config(materialized='table') }}

with vintager as (
    select * from {{ ref('int_vintager') }}
),

nyeste as (
    select *
    from vintager
    qualify row_number() over (partition by kilde, tabel_id order by hentet_utc desc) = 1
),

final as (
    select
        -- 0 is the real month; a bench adds others.
        cast(0 as integer) as scenarie,
        nyeste.kilde,
        nyeste.tabel_id,
        nyeste.hentet_utc,
        max(tidligere.hentet_utc) as forrige_hentet_utc,
        max(tidligere.hentet_utc) filter (
            where tidligere.afgoerelse = 'accepteret'
        ) as accepteret_hentet_utc,
        coalesce(nyeste.afgoerelse = 'accepteret', false) as er_afgjort,
        nyeste.oprindelse,
        nyeste.fil
    from nyeste
    left join vintager as tidligere
        on
            nyeste.kilde = tidligere.kilde
            and nyeste.tabel_id = tidligere.tabel_id
            and nyeste.hentet_utc > tidligere.hentet_utc
    group by all
)

select * from final
