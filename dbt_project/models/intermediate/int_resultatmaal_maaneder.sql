with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

maaneder as (
    select * from {{ ref('int_indikator_maaneder') }}
),

brud as (
    select * from {{ ref('int_indikator_brud') }}
    where virkning in ('databrud', 'afloeb', 'suspension')
),

kalender as (
    select
        plan_id,
        maal_nr,
        cast(unnest(generate_series(
            coalesce(baseline_fra, maal_fra), maal_til, interval 1 month
        )) as date) as maaned
    from maal
),

-- A dated break lies between baseline and month; a disturbed stretch lies in one of them.
ramt as (
    select
        kalender.plan_id,
        kalender.maal_nr,
        kalender.maaned,
        string_agg(distinct brud.beskrivelse, '; ' order by brud.beskrivelse) as brud
    from kalender
    inner join maal
        on kalender.plan_id = maal.plan_id and kalender.maal_nr = maal.maal_nr
    inner join brud
        on maal.indikator_id = brud.indikator_id
    where
        (
            brud.til_maaned is null
            and {{ ligger_over_brud('brud', 'maal.baseline_fra', 'kalender.maaned') }}
        )
        or (
            brud.til_maaned is not null
            and (
                kalender.maaned between brud.fra_maaned and brud.til_maaned
                or (brud.fra_maaned <= maal.baseline_til and brud.til_maaned >= maal.baseline_fra)
            )
        )
    group by kalender.plan_id, kalender.maal_nr, kalender.maaned
),

final as (
    select
        kalender.plan_id,
        kalender.maal_nr,
        kalender.maaned,
        {{ maaned_som_periode('kalender.maaned') }} as periode,
        maaneder.vaerdi as aktuel_vaerdi,
        case
            when maal.indikator_id is not null then coalesce(maaneder.status, 'N')
        end as aktuel_status,
        coalesce(maaneder.er_foreloebig, false) as er_foreloebig,
        coalesce(maaneder.er_syntetisk, false) as er_syntetisk,
        maaneder.hentet_utc,
        ramt.brud
    from kalender
    inner join maal
        on kalender.plan_id = maal.plan_id and kalender.maal_nr = maal.maal_nr
    left join maaneder
        on
            maal.indikator_id = maaneder.indikator_id
            and maal.kommune_kode = maaneder.kommune_kode
            and kalender.maaned = maaneder.maaned
    left join ramt
        on
            kalender.plan_id = ramt.plan_id
            and kalender.maal_nr = ramt.maal_nr
            and kalender.maaned = ramt.maaned
)

select * from final
