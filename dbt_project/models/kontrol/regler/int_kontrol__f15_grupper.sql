{{ config(materialized='table') }}
{% set g = graenser() %}
-- F15: the members of a breakdown and its total. F14: no member is larger than the total.
-- Hidden members count as an interval; the total itself may be hidden. Members that are
-- themselves sums of other members are named in graenser.yml and left out of the sum.

with celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
    where additivitet in ('haard', 'ensidig')
),

-- Only breakdowns by one thing have the total as their sum.
medlemmer as (
    select
        del.serie_id,
        del.dimensioner,
        del.fordeling,
        del.skjult_hoejst,
        del.afrundet_til,
        del.afrundet_andel,
        del.additivitet,
        del.scenarie,
        del.kilde,
        del.tabel_id,
        helhed.serie_id as helhed_id,
        split_part(del.dimensioner, '=', 2) not in (
            {{ tekstliste(g, 'f15_samlemedlemmer') }}
        ) as taeller_med
    from serier as del
    inner join serier as helhed
        on
            del.scenarie = helhed.scenarie
            and del.kilde = helhed.kilde
            and del.tabel_id = helhed.tabel_id
            and del.maaling_id = helhed.maaling_id
            and helhed.dimensioner = ''
    where del.dimensioner <> '' and not contains(del.dimensioner, '|')
),

summer as (
    select
        medlemmer.helhed_id,
        medlemmer.fordeling,
        celler.omraade_nr,
        celler.periode_nr,
        any_value(medlemmer.scenarie) as scenarie,
        any_value(medlemmer.kilde) as kilde,
        any_value(medlemmer.tabel_id) as tabel_id,
        any_value(medlemmer.additivitet) = 'haard' as er_haard,
        any_value(medlemmer.skjult_hoejst) as skjult_hoejst,
        any_value(medlemmer.afrundet_til) as afrundet_til,
        any_value(medlemmer.afrundet_andel) as afrundet_andel,
        count(*) filter (where medlemmer.taeller_med) as led,
        coalesce(sum(celler.vaerdi) filter (where medlemmer.taeller_med), 0) as summen,
        count(*) filter (where medlemmer.taeller_med and celler.vaerdi is null) as skjulte,
        max(celler.vaerdi) as stoerste_del,
        max(struct_pack(v := celler.vaerdi, d := medlemmer.dimensioner)) filter (
            where celler.vaerdi is not null
        ).d as stoerste_dimensioner
    from celler
    inner join medlemmer
        on celler.serie_id = medlemmer.serie_id
    group by medlemmer.helhed_id, medlemmer.fordeling, celler.omraade_nr, celler.periode_nr
),

med_helhed as (
    select
        summer.*,
        helhed.vaerdi as helhed,
        coalesce(helhed.vaerdi, 0) as helhed_mindst,
        coalesce(helhed.vaerdi, summer.skjult_hoejst) as helhed_hoejst,
        summer.summen + summer.skjulte * summer.skjult_hoejst as summen_hoejst,
        case
            when summer.er_haard
                then
                    {{ graense(g, 'f1_afrunding') }} * summer.afrundet_til * (summer.led + 1)
                    + summer.afrundet_andel * coalesce(helhed.vaerdi, summer.summen)
            else 0
        end as margen
    from summer
    inner join celler as helhed
        on
            summer.helhed_id = helhed.serie_id
            and summer.omraade_nr = helhed.omraade_nr
            and summer.periode_nr = helhed.periode_nr
),

samlet as (
    select
        *,
        'F15' as regel_id,
        margen as graense,
        greatest(
            helhed_mindst - summen_hoejst,
            case when er_haard then summen - helhed_hoejst end
        ) as afvigelse,
        summen as forventet,
        concat(
            'I alt er ', {{ dansk_tal('helhed') }}, ', men de ', led, ' dele giver ',
            {{ dansk_tal('summen') }},
            case
                when skjulte > 0
                    then concat(' til ', {{ dansk_tal('summen_hoejst') }})
                else ''
            end,
            ' (', fordeling, ').'
        ) as tekst
    from med_helhed
    union all
    select
        *,
        'F14.del' as regel_id,
        {{ graense(g, 'f14_del_margen') }} as graense,
        stoerste_del - helhed_hoejst as afvigelse,
        stoerste_del as forventet,
        concat(
            'Delen ', stoerste_dimensioner, ' er ', {{ dansk_tal('stoerste_del') }},
            ', men i alt er kun ', {{ dansk_tal('helhed') }}, '.'
        ) as tekst
    from med_helhed
),

doemte as (
    select
        *,
        coalesce(afvigelse > graense, false) as er_fund
    from samlet
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then helhed_id end as serie_id,
        periode_nr,
        case when er_fund then omraade_nr end as omraade_nr,
        regel_id,
        er_fund,
        count(*) filter (where afvigelse is not null) as testet,
        count(*) filter (where afvigelse is null) as uden_styrke,
        any_value(helhed) filter (where er_fund) as vaerdi,
        any_value(forventet) filter (where er_fund) as forventet,
        max(afvigelse) as score,
        max(graense) as graense,
        case when er_fund then tekst end as besked
    from doemte
    group by all
)

select * from final
