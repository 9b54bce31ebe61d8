{{ config(materialized='table') }}
{% set g = graenser() %}
-- F1 and F2: kommuner and the country. What is hidden counts as an interval from 0 to the
-- largest number that may be hidden. Which side is tested follows from the measure:
--   haard, all kommuner and Uoplyst område there: both sides
--   haard, else: the country is at least the sum of what is there
--   ensidig (persons move and count twice): the country is at most the sum of all kommuner
--   eksakt (heads, each in one kommune): both sides, and nothing is rounded
-- A figure that the source says is lost may be of any size: then only the lower side is tested.

with celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
    where additivitet in ('haard', 'ensidig', 'eksakt')
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

summer as (
    select
        celler.scenarie,
        celler.serie_id,
        celler.periode_nr,
        max(celler.vaerdi) filter (where omraader.omraade_art = 'land') as landet,
        coalesce(sum(celler.vaerdi) filter (where omraader.omraade_art <> 'land'), 0) as summen,
        count(*) filter (where omraader.omraade_art <> 'land') as led,
        count(*) filter (
            where omraader.omraade_art <> 'land' and celler.vaerdi is null
        ) as skjulte,
        count(*) filter (where celler.status = 'M') as mangler,
        bool_or(omraader.omraade_art = 'uoplyst') as har_uoplyst,
        count(*) filter (where omraader.omraade_art = 'kommune') = (
            select count(*) from omraader as alle
            where alle.omraade_art = 'kommune'
        ) as har_alle
    from celler
    inner join omraader
        on celler.omraade_nr = omraader.omraade_nr
    group by celler.scenarie, celler.serie_id, celler.periode_nr
),

intervaller as (
    select
        summer.*,
        serier.kilde,
        serier.tabel_id,
        serier.additivitet = 'haard' as er_haard,
        summer.summen + summer.skjulte * serier.skjult_hoejst as summen_hoejst,
        case
            when serier.additivitet = 'haard'
                then {{ graense(g, 'f1_afrunding') }} * serier.afrundet_til * (summer.led + 1)
            else 0
        end as graense,
        {{ graense(g, 'f1_bemaerk_sd') }} * serier.afrundet_til * sqrt((summer.led + 1) / 12.0)
            as graense_bemaerk,
        serier.additivitet in ('haard', 'eksakt') as proev_nedre,
        summer.har_alle
        and (summer.har_uoplyst or serier.additivitet in ('ensidig', 'eksakt'))
        and not (summer.mangler > 0 and coalesce(serier.tom_celle = 'oplyst', false))
            as proev_oevre
    from summer
    inner join serier
        on summer.serie_id = serier.serie_id
),

med_score as (
    select
        *,
        greatest(
            case when proev_nedre then summen - landet end,
            case when proev_oevre then landet - summen_hoejst end
        ) as afvigelse
    from intervaller
),

samlet as (
    select
        *,
        case when skjulte = 0 then 'F1' else 'F2' end as regel_id,
        coalesce(afvigelse > graense, false) as er_fund,
        graense as brugt_graense
    from med_score
    union all
    select
        *,
        'F1.bemaerk' as regel_id,
        coalesce(afvigelse > graense_bemaerk, false) as er_fund,
        graense_bemaerk as brugt_graense
    from med_score
    where er_haard and proev_oevre and skjulte = 0
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then serie_id end as serie_id,
        periode_nr,
        case when er_fund then 0 end as omraade_nr,
        regel_id,
        er_fund,
        count(*) filter (where afvigelse is not null) as testet,
        count(*) filter (where afvigelse is null) as uden_styrke,
        any_value(landet) filter (where er_fund) as vaerdi,
        any_value(summen) filter (where er_fund) as forventet,
        max(afvigelse) as score,
        any_value(brugt_graense) as graense,
        case
            when er_fund
                then concat(
                    'Hele landet er ', {{ dansk_tal('landet') }}, ', men de ', led,
                    ' områder giver ', {{ dansk_tal('summen') }},
                    case
                        when skjulte > 0
                            then concat(
                                ' til ', {{ dansk_tal('summen_hoejst') }}, ' (', skjulte,
                                ' skjulte)'
                            )
                        else ''
                    end,
                    '. Afrunding kan højst forklare ', {{ dansk_tal('brugt_graense', 1) }}, '.'
                )
        end as besked
    from samlet
    group by all
)

select * from final
