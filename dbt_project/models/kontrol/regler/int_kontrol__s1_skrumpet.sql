{{ config(materialized='table') }}
{% set g = graenser() %}
-- S1: nothing that was visible has gone. A value near the discretion limit may become hidden by
-- a revision (S1 leaves it); a value well above it may not. In the newest month the same is
-- asked of the month before, but where the source itself says that the figure is lost. A period
-- that left the window is not here at all.
-- S2: what the source hides is not shown as 0. A new count below the discretion limit is suspect
-- where the measure has never had one.

with celler as (
    select * from {{ ref('int_kontrol__celler') }}
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

kommuner as (
    select omraade_nr from {{ ref('int_kontrol__omraader') }}
    where omraade_art = 'kommune'
),

maaneden_foer as (
    select
        celler.scenarie,
        celler.serie_id,
        celler.omraade_nr,
        celler.periode_nr + 1 as periode_nr,
        coalesce(celler.basis, celler.vaerdi) as vaerdi
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    where celler.periode_nr >= serier.sidste_nr - 1
),

-- Visible counts beside a hidden percent: the percent need not be hidden.
synlige as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.dimensioner,
        celler.omraade_nr,
        celler.periode_nr,
        min(celler.vaerdi) as mindste_antal
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    where
        serier.enhed <> 'pct'
        and (celler.omraade_nr, celler.periode_nr) in (
            select (tomme.omraade_nr, tomme.periode_nr) from celler as tomme
            where tomme.vaerdi is null and tomme.forrige is not null
        )
    group by all
),

tabeller_med_antal as (
    select distinct
        scenarie,
        kilde,
        tabel_id
    from serier
    where enhed <> 'pct'
),

proevede as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.dimensioner,
        serier.enhed,
        serier.diskretion_under,
        celler.serie_id,
        celler.periode_nr,
        celler.omraade_nr,
        celler.vaerdi,
        coalesce(
            celler.forrige,
            case
                when
                    celler.periode_nr = serier.sidste_nr
                    and not (celler.status = 'M' and coalesce(serier.tom_celle = 'oplyst', false))
                    then maaneden_foer.vaerdi
            end
        ) as foer,
        celler.forrige is not null as er_revision
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    left join maaneden_foer
        on
            celler.serie_id = maaneden_foer.serie_id
            and celler.omraade_nr = maaneden_foer.omraade_nr
            and celler.periode_nr = maaneden_foer.periode_nr
),

doemte as (
    select
        proevede.*,
        case
            when proevede.enhed = 'pct' then 0
            when proevede.er_revision
                then proevede.diskretion_under - 1 + {{ graense(g, 's1_tillaeg') }}
            else {{ graense(g, 's1_ny_maaned') }} - 1
        end as graense,
        proevede.vaerdi is null
        and case
            when proevede.enhed = 'pct'
                then
                    proevede.er_revision
                    and (
                        tabeller_med_antal.tabel_id is null
                        or synlige.mindste_antal
                        >= proevede.diskretion_under + {{ graense(g, 's1_tillaeg') }}
                    )
            when proevede.er_revision
                then proevede.foer >= proevede.diskretion_under + {{ graense(g, 's1_tillaeg') }}
            else proevede.foer >= {{ graense(g, 's1_ny_maaned') }}
        end as er_fund
    from proevede
    left join tabeller_med_antal
        on
            proevede.scenarie = tabeller_med_antal.scenarie
            and proevede.kilde = tabeller_med_antal.kilde
            and proevede.tabel_id = tabeller_med_antal.tabel_id
    left join synlige
        on
            proevede.scenarie = synlige.scenarie
            and proevede.kilde = synlige.kilde
            and proevede.tabel_id = synlige.tabel_id
            and proevede.dimensioner = synlige.dimensioner
            and proevede.omraade_nr = synlige.omraade_nr
            and proevede.periode_nr = synlige.periode_nr
    where proevede.foer is not null
),

antal as (
    select
        serier.scenarie,
        serier.kilde,
        serier.tabel_id,
        serier.maaling_id,
        serier.diskretion_under,
        celler.serie_id,
        celler.periode_nr,
        celler.omraade_nr,
        celler.vaerdi,
        case
            when serier.accepteret_hentet_utc is not null
                then celler.basis is null or celler.vaerdi <> celler.basis
            else celler.periode_nr = serier.sidste_nr
        end as er_nyt,
        case
            when serier.accepteret_hentet_utc is not null then celler.basis
            when celler.periode_nr < serier.sidste_nr then celler.vaerdi
        end as kendt
    from celler
    inner join serier
        on celler.serie_id = serier.serie_id
    semi join kommuner
        on celler.omraade_nr = kommuner.omraade_nr
    where
        serier.enhed in ('fuldtidspersoner', 'personer')
        and serier.diskretion_under > 1
),

viste as (
    select
        scenarie,
        kilde,
        tabel_id,
        maaling_id,
        coalesce(bool_or(kendt < diskretion_under), false) as viser_smaa
    from antal
    group by scenarie, kilde, tabel_id, maaling_id
),

nye_antal as (
    select
        antal.*,
        viste.viser_smaa,
        antal.vaerdi < antal.diskretion_under and not viste.viser_smaa as er_fund
    from antal
    inner join viste
        on
            antal.scenarie = viste.scenarie
            and antal.kilde = viste.kilde
            and antal.tabel_id = viste.tabel_id
            and antal.maaling_id is not distinct from viste.maaling_id
    where antal.er_nyt and antal.vaerdi is not null
),

final as (
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then serie_id end as serie_id,
        periode_nr,
        case when er_fund then omraade_nr end as omraade_nr,
        'S1' as regel_id,
        er_fund,
        count(*) as testet,
        0 as uden_styrke,
        cast(null as double) as vaerdi,
        any_value(foer) filter (where er_fund) as forventet,
        max(case when vaerdi is null then foer else 0 end) as score,
        any_value(graense) filter (where er_fund) as graense,
        case
            when er_fund
                then concat(
                    'Tallet er væk; ',
                    case when er_revision then 'i forrige udgave' else 'måneden før' end,
                    ' var det ', {{ dansk_tal('foer') }}, '.'
                )
        end as besked
    from doemte
    group by all
    union all by name
    select
        scenarie,
        kilde,
        tabel_id,
        case when er_fund then serie_id end as serie_id,
        periode_nr,
        case when er_fund then omraade_nr end as omraade_nr,
        'S2' as regel_id,
        er_fund,
        count(*) filter (where not viser_smaa) as testet,
        count(*) filter (where viser_smaa) as uden_styrke,
        any_value(vaerdi) filter (where er_fund) as vaerdi,
        max(case when er_fund then diskretion_under - vaerdi else 0 end) as score,
        0.0 as graense,
        case
            when er_fund
                then concat(
                    {{ dansk_tal('vaerdi') }}, ' er vist, men kilden skjuler alt under ',
                    diskretion_under, ': et skjult tal er blevet vist som et tal.'
                )
        end as besked
    from nye_antal
    group by all
)

select * from final
