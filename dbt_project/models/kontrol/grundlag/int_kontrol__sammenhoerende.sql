{{ config(materialized='table') }}
-- The cells that must agree across measures, tables and sources, side by side. A generated cell
-- says nothing about a recorded one: such pairs are marked and not judged. Nor is what stood so
-- when both tables were accepted: it has been seen.

with sammenhaenge as (
    select * from {{ ref('int_kontrol__sammenhaenge') }}
    where relation <> 'fast_naevner'
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
    where omraade_art in ('kommune', 'land')
),

celler as (
    select * from {{ ref('int_kontrol__celler') }}
    where
        serie_id in (
            select sammenhaenge.serie_id from sammenhaenge
            union all
            select sammenhaenge.mod_serie_id from sammenhaenge
            union all
            select sammenhaenge.taeller_serie_id from sammenhaenge
            where sammenhaenge.taeller_serie_id is not null
        )
),

oprindelser as (
    select
        kilde,
        tabel_id,
        {{ periode_nr('periode') }} as periode_nr,
        bool_or(oprindelse = 'genereret') as er_genereret
    from {{ ref('int_obs') }}
    where
        gyldig_til is null
        and tabel_id in (
            select serier.tabel_id
            from serier
            inner join sammenhaenge
                on serier.serie_id in (sammenhaenge.serie_id, sammenhaenge.mod_serie_id)
            where not sammenhaenge.er_samme_tabel
        )
    group by all
),

final as (
    select
        sammenhaenge.scenarie,
        sammenhaenge.sammenhaeng_id,
        sammenhaenge.relation,
        sammenhaenge.decimaler,
        sammenhaenge.er_samme_tabel,
        sammenhaenge.serie_id,
        sammenhaenge.mod_serie_id,
        sammenhaenge.doemt_serie_id,
        sammenhaenge.taeller_serie_id is not null as har_taeller,
        celler.omraade_nr,
        omraader.omraade_art = 'land' as er_land,
        celler.periode_nr,
        celler.periode_nr >= least(serie.sidste_nr, imod.sidste_nr) - 1 as er_nyeste_to,
        celler.vaerdi,
        mod_celler.vaerdi as mod_vaerdi,
        mod_celler.status as mod_status,
        imod.skjult_hoejst as mod_skjult_hoejst,
        imod.enhed as mod_enhed,
        imod.tabel_id as mod_tabel_id,
        taellere.vaerdi as taeller,
        sammenhaenge.er_samme_tabel
        or coalesce(egen.er_genereret, false) = coalesce(anden.er_genereret, false)
            as er_sammenlignelig,
        coalesce(celler.vaerdi = celler.basis, false)
        and coalesce(mod_celler.vaerdi = mod_celler.basis, false)
        and coalesce(taellere.vaerdi = taellere.basis, taellere.vaerdi is null) as er_kendt
    from sammenhaenge
    inner join serier as serie
        on sammenhaenge.serie_id = serie.serie_id
    inner join serier as imod
        on sammenhaenge.mod_serie_id = imod.serie_id
    inner join celler
        on sammenhaenge.serie_id = celler.serie_id
    inner join omraader
        on celler.omraade_nr = omraader.omraade_nr
    inner join celler as mod_celler
        on
            sammenhaenge.mod_serie_id = mod_celler.serie_id
            and celler.omraade_nr = mod_celler.omraade_nr
            and celler.periode_nr = mod_celler.periode_nr
    left join celler as taellere
        on
            sammenhaenge.taeller_serie_id = taellere.serie_id
            and celler.omraade_nr = taellere.omraade_nr
            and celler.periode_nr = taellere.periode_nr
    left join oprindelser as egen
        on
            serie.kilde = egen.kilde
            and serie.tabel_id = egen.tabel_id
            and celler.periode_nr = egen.periode_nr
    left join oprindelser as anden
        on
            imod.kilde = anden.kilde
            and imod.tabel_id = anden.tabel_id
            and celler.periode_nr = anden.periode_nr
)

select * from final
