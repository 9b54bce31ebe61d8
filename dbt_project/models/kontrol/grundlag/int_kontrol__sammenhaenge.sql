{{ config(materialized='table') }}
-- Which series must agree with which, one row a pair (seeds/sammenhaenge.csv). Where the two are of
-- different tables, what is found concerns the first, unless it was accepted before and the other
-- is new.

with sammenhaenge as (
    select * from {{ ref('sammenhaenge') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

final as (
    select
        serie.scenarie,
        sammenhaenge.sammenhaeng_id,
        sammenhaenge.relation,
        sammenhaenge.decimaler,
        serie.serie_id,
        imod.serie_id as mod_serie_id,
        taeller.serie_id as taeller_serie_id,
        serie.kilde = imod.kilde and serie.tabel_id = imod.tabel_id as er_samme_tabel,
        case
            when vintage.er_afgjort and not mod_vintage.er_afgjort then imod.serie_id
            else serie.serie_id
        end as doemt_serie_id
    from sammenhaenge
    inner join serier as serie
        on
            sammenhaenge.kilde = serie.kilde
            and sammenhaenge.tabel_id in ('*', serie.tabel_id)
            and sammenhaenge.maaling_navn = serie.maaling_navn
            and (
                sammenhaenge.dimensioner = '*'
                or coalesce(sammenhaenge.dimensioner, '') = serie.dimensioner
            )
    inner join serier as imod
        on
            serie.scenarie = imod.scenarie
            and serie.periode_art = imod.periode_art
            and sammenhaenge.mod_kilde = imod.kilde
            and case
                when sammenhaenge.mod_tabel_id = '*' then serie.tabel_id
                else sammenhaenge.mod_tabel_id
            end = imod.tabel_id
            and sammenhaenge.mod_maaling_navn = imod.maaling_navn
            and case
                when sammenhaenge.mod_dimensioner = '*' then serie.dimensioner
                else coalesce(sammenhaenge.mod_dimensioner, '')
            end = imod.dimensioner
    inner join vintager as vintage
        on
            serie.scenarie = vintage.scenarie
            and serie.kilde = vintage.kilde
            and serie.tabel_id = vintage.tabel_id
    inner join vintager as mod_vintage
        on
            imod.scenarie = mod_vintage.scenarie
            and imod.kilde = mod_vintage.kilde
            and imod.tabel_id = mod_vintage.tabel_id
    left join serier as taeller
        on
            serie.scenarie = taeller.scenarie
            and serie.kilde = taeller.kilde
            and serie.tabel_id = taeller.tabel_id
            and serie.dimensioner = taeller.dimensioner
            and sammenhaenge.taeller_maaling_navn = taeller.maaling_navn
)

select * from final
